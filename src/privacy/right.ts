/** Who may see the caller of a complaint whole. Pure. */
import type { Role } from '../access/roles.ts';

/** What the answer depends on, besides the role. */
export interface Standing {
  /** The caller asked for secrecy. */
  secret: boolean;
  /** The session's unit has an order of the complaint that is current. */
  ownOrder: boolean;
  /** The session holds the call-back of the complaint. */
  claimed: boolean;
}

/** Why not, in words for whoever asks; null where he may. */
export function refusalOf(role: Role, { secret, ownOrder, claimed }: Standing): string | null {
  switch (role) {
    case 'operator':
    case 'dispatcher':
      return null;
    case 'handler':
    case 'manager':
      if (secret) return '诉求人要求保密';
      return ownOrder ? null : '只能看本单位现行工单的诉求人';
    case 'callback':
      return claimed ? null : '请先占用这件诉求的回访任务';
    default:
      return '此角色不能看诉求人';
  }
}
