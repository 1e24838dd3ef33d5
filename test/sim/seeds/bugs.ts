/** A bug that is put into the program on purpose, as replacements in its sources. */
export interface SeededBug {
  readonly name: string
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[]
  /** The first seed to try, near the first one that detects it; 0 by default. Only saves time. */
  readonly fromSeed?: number
  /** The invariant that must detect it. */
  readonly caughtBy: 'one kernel' | 'runs do not nest' | 'one answer' | 'comes to rest' | 'same log'
}

export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    name: 'no barrier: takeovers do not wait for the releases',
    edits: [
      {
        file: 'src/sim/recovery/takeover-run.ts',
        from: "yield* this.carryOutOrders('RELEASE_IP', releases)\n      yield* this.carryOutOrders('TAKEOVER_IP', takeovers)",
        to: "yield* until(program.all([this.carryOutOrders('RELEASE_IP', releases), this.carryOutOrders('TAKEOVER_IP', takeovers)]))",
      },
    ],
    caughtBy: 'one kernel',
  },
  {
    name: 'a dropped request: the last one replaces the others',
    edits: [
      {
        file: 'src/sim/recovery/run-requests.ts',
        from: 'if (!this.queue.some(isSame)) this.queue.push(request)',
        to: 'if (!this.queue.some(isSame)) this.queue = [request]',
      },
    ],
    caughtBy: 'one answer',
  },
  {
    name: 'requests served by their handler instead of the main loop',
    edits: [
      {
        file: 'src/sim/recovery/recovery-daemon.ts',
        from: '(request) => this.takeoverRuns.requests.add(request))',
        to: '(request) => { this.takeoverRuns.requests.add(request); if (this.leadership.isOurs) this.program.start(this.takeoverRuns.serveRequests()) })',
      },
      {
        file: 'src/sim/recovery/operation.ts',
        from: 'if (this.isDisabled || this.inProgress) return false',
        to: 'if (this.isDisabled) return false',
      },
    ],
    caughtBy: 'runs do not nest',
  },
  {
    name: 'a trusted stale claim: only nodes that claim the address are told to release it',
    edits: [
      {
        file: 'src/sim/recovery/takeover-run.ts',
        from: 'known: new Set(textsOf(list)) })),',
        to: 'known: new Set(textsOf(list.filter((ip) => ip.pnn === pnn))) })),',
      },
    ],
    caughtBy: 'comes to rest',
  },
  {
    name: 'a release counts as done although it has not released',
    fromSeed: 340,
    edits: [
      {
        file: 'src/sim/daemon/public-ips.ts',
        from: 'if (yield* this.scripts.holds(address)) {\n        owner.log',
        to: 'if (false) {\n        owner.log',
      },
    ],
    caughtBy: 'one kernel',
  },
  {
    name: 'a redundant release that does not note the new owner',
    edits: [
      {
        file: 'src/sim/daemon/public-ips.ts',
        from: '      ip.pnn = pnn\n      this.table.unassign(ip)\n      return',
        to: '      this.table.unassign(ip)\n      return',
      },
    ],
    caughtBy: 'comes to rest',
  },
  {
    name: 'a stopped leader keeps the lock',
    edits: [
      {
        file: 'src/sim/recovery/recovery-daemon.ts',
        from: 'if (this.leadership.isOurs) this.leadership.resign()',
        to: '',
      },
    ],
    caughtBy: 'comes to rest',
  },
  {
    name: 'two answers for each run',
    edits: [
      {
        file: 'src/sim/recovery/takeover-runs.ts',
        from: '      answerRequest(this.options.daemon, request, answer)\n',
        to: '      for (const _ of [1, 2]) answerRequest(this.options.daemon, request, answer)\n',
      },
    ],
    caughtBy: 'one answer',
  },
  {
    name: 'random numbers that do not come from the seed',
    edits: [
      {
        file: 'src/sim/world/random.ts',
        from: 'return uniformInt(this.generator, from, to)',
        to: 'return from + Math.floor(Math.random() * (to - from + 1))',
      },
    ],
    caughtBy: 'same log',
  },
]
