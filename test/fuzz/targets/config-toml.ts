import { parseConfig } from '../../../src/cli/config-file.ts'
import { textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

const EXAMPLE = `[clusters.prod]
hosts = ["root@node1.example.com", 'node2:2222']
via = "direct"
sudo = true # comment
socket = "/srv/ctdbd.socket"
nodes = { "10.0.0.3" = "node3", "10.0.0.4" = { host = "n4", run = [], way = "ssh", network = "host", config-dir = "/etc/ctdb" } }

[[accept]]
check = "ip-missing"
node = 2
severity = "info"
reason = "known"
until = 2027-01-31
`

export const target: FuzzTarget = {
  covers: ['src/cli/config-file.ts', 'src/cli/{acceptance,config}-table.ts'],
  refusals: ['BAD_CONFIG'],
  words: [
    '[clusters.a]',
    '[[clusters]]',
    '"""',
    "'''",
    '\\u0000',
    '__proto__.x = 1',
    '[__proto__]',
    '1979-05-27T07:32:00Z',
    '0xff',
    'inf',
  ],
  seeds: () => [EXAMPLE],
  check: (input) => void parseConfig(textOf(input), 'FILE'),
}
