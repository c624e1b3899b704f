/** Who may do what: operations × roles, in one table. What rows a role sees is decided by `scope.ts`. */

export const roles = [
  'operator',
  'dispatcher',
  'handler',
  'manager',
  'callback',
  'assessor',
  'analyst',
  'admin',
  'auditor',
  'channel',
] as const;
export type Role = (typeof roles)[number];

/** Roles that belong to one unit and act for it. */
export const unitRoles: readonly Role[] = ['handler', 'manager'];

const desk: readonly Role[] = ['operator', 'dispatcher', 'admin'];

/** Operation → roles that may. `public` marks what needs no token. */
export const permissions = {
  public: roles,
  self: roles,
  'user.manage': ['admin'],
  'token.manage': ['admin'],
  'judgement.assist': ['operator'],
  'complaint.file': ['operator', 'channel'],
  'complaint.read': [...desk, 'handler', 'manager', 'callback', 'assessor', 'analyst', 'auditor', 'channel'],
  'complaint.dispatch': ['dispatcher'],
  'complaint.link': ['dispatcher'],
  'triage.read': ['dispatcher'],
  'group.read': ['dispatcher', 'manager'],
  'group.close': ['dispatcher'],
  'queue.read': ['handler', 'manager'],
  'order.read': [...desk, 'handler', 'manager', 'callback', 'assessor', 'auditor'],
  'order.handle': ['handler'],
  'order.park': ['manager'],
  'order.unpark': ['manager', 'dispatcher'],
  'order.whistle': ['manager'],
  'order.report': ['handler', 'manager'],
  'order.rule': ['dispatcher'],
  'order.supervise': ['dispatcher'],
  'complaint.cancel': ['operator', 'dispatcher', 'channel'],
  'complaint.reopen': ['dispatcher'],
  'complaint.attach': ['operator', 'dispatcher', 'callback', 'channel'],
  'order.attach': ['handler', 'manager'],
  'attachment.read': [...desk, 'handler', 'manager', 'callback', 'assessor', 'auditor', 'channel'],
  'attachment.withdraw': ['operator', 'dispatcher', 'callback', 'channel', 'handler', 'manager'],
  'caller.unmask': ['operator', 'dispatcher', 'handler', 'manager', 'callback'],
  'callback.read': ['callback'],
  'callback.record': ['callback'],
  'callback.claim': ['callback'],
  'report.read': ['analyst', 'assessor', 'manager'],
  'period.read': ['assessor', 'analyst', 'manager', 'auditor'],
  'period.close': ['assessor'],
  'exclusion.read': ['assessor', 'analyst', 'manager', 'auditor'],
  'exclusion.apply': ['assessor'],
  'exclusion.review': ['assessor'],
  'exclusion.appeal': ['assessor', 'manager'],
  'quality.read': ['analyst', 'assessor', 'dispatcher', 'admin'],
  'knowledge.read': roles.filter((role) => role !== 'channel'),
  'knowledge.write': ['admin', 'dispatcher', 'manager'],
  'catalog.read': roles,
  'catalog.change': ['admin'],
  'catalog.try': ['admin', 'analyst'],
  'webhook.manage': ['admin', 'manager', 'channel'],
  'audit.read': ['auditor'],
  'catalog.history': ['admin', 'analyst', 'auditor', 'dispatcher'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

/** Whoever asks for these and may not is audited. */
export const watchedPermissions: readonly Permission[] = [
  'period.close',
  'exclusion.apply',
  'exclusion.review',
  'catalog.change',
  'webhook.manage',
  'caller.unmask',
  'audit.read',
  'user.manage',
  'token.manage',
];

export function isRole(word: string): word is Role {
  return roles.some((role) => role === word);
}

function isPermission(word: string): word is Permission {
  return Object.hasOwn(permissions, word);
}

export const permissionNames: readonly Permission[] = Object.keys(permissions).filter(isPermission);

/** What a role may. */
export function permissionsOf(role: Role): Permission[] {
  return permissionNames.filter((permission) => may(role, permission));
}

export function may(role: Role, permission: Permission): boolean {
  const allowed: readonly Role[] = permissions[permission];
  return allowed.includes(role);
}
