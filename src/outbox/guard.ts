/**
 * Which addresses a webhook may reach. Whoever may register a webhook makes this service send requests: it must not become a
 * way into the network it stands in. Decided by the address that is connected to, not by how it is written. Pure.
 */
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** What the operator has opened (WEBHOOK_ALLOW): there http and any port are allowed, too. */
export interface Allow {
  /** `host:port`, in lower case. */
  hosts: ReadonlySet<string>;
  ranges: readonly [Address, number][];
}

/** Where a webhook goes, taken from its URL. */
export interface Target {
  url: URL;
  /** A name or an address, without the brackets of IPv6. */
  host: string;
  port: number;
  /** The host is an address: nothing will be looked up. */
  isAddress: boolean;
}

/** Ports of receivers on the open network. */
const openPorts = [443, 8443];
const maxLength = 2000;

/** Public by their number, and yet answered by the cloud's own host. */
const metadata: readonly [Address, number][] = [ipaddr.parseCIDR('168.63.129.16/32')];
/** The only part of IPv6 that is routed. Whatever carries an IPv4 address inside lies outside of it or has a range's name. */
const routed = ipaddr.parseCIDR('2000::/3');

function parseAddress(text: string): Address | null {
  return ipaddr.isValid(text) ? ipaddr.process(text) : null;
}

function isIn(address: Address, [range, bits]: [Address, number]): boolean {
  return address.kind() === range.kind() && address.match(range, bits);
}

/** Reads WEBHOOK_ALLOW: `host:port` and address ranges, separated by commas. Throws on what is neither. */
export function parseAllow(text: string): Allow {
  const hosts = new Set<string>();
  const ranges: [Address, number][] = [];
  for (const entry of text.split(',').map((part) => part.trim().toLowerCase())) {
    if (entry === '') continue;
    if (ipaddr.isValidCIDR(entry)) ranges.push(ipaddr.parseCIDR(entry));
    else if (/^([a-z0-9.-]+|\[[0-9a-f:.]+\]):\d{1,5}$/.test(entry)) hosts.add(entry);
    else throw new Error(`WEBHOOK_ALLOW：${entry} 既不是 主机:端口，也不是地址段`);
  }
  return { hosts, ranges };
}

/** The target of a URL, or why it is none, in Chinese. */
export function readTarget(text: string): Target | string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || text.length > maxLength) return '不是有效的网址';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return '只能是 https 网址';
  if (url.username !== '' || url.password !== '') return '不能带用户名或口令';
  if (url.hash !== '') return '不能带 # 之后的部分';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const port = url.port === '' ? { 'https:': 443, 'http:': 80 }[url.protocol] : Number(url.port);
  if (host === '' || port === 0) return '不是有效的网址';
  return { url, host, port, isAddress: ipaddr.isValid(host) };
}

/** Whether an address lies on the open network. */
export function isPublic(text: string): boolean {
  const address = parseAddress(text);
  if (address === null || address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' ? !metadata.some((range) => isIn(address, range)) : isIn(address, routed);
}

/** Why a target must not be reached at these addresses, in Chinese; null where it may. One bad address spoils all. */
export function refusal(target: Target, addresses: readonly string[], allow: Allow): string | null {
  const { url, host, port } = target;
  const name = host.includes(':') ? `[${host}]` : host;
  if (allow.hosts.has(`${name}:${port}`)) return null;
  if (addresses.length === 0) return '查不到这个主机';
  const isAllowed = (text: string) => {
    const address = parseAddress(text);
    return address !== null && allow.ranges.some((range) => isIn(address, range));
  };
  const others = addresses.filter((address) => !isAllowed(address));
  if (others.length === 0) return null;
  if (!others.every(isPublic)) return '不能是内部网络、本机或保留的地址';
  if (url.protocol !== 'https:') return '只能是 https 网址';
  return openPorts.includes(port) ? null : `端口只能是 ${openPorts.join('、')}`;
}
