/** A bug that is put into the program on purpose, as texts that take each other's place in its sources. */
export interface SeededBug {
  readonly name: string
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[]
  /** The invariant that has to notice it. */
  readonly caughtBy: 'one kernel' | 'runs do not nest' | 'one answer' | 'comes to rest' | 'same log'
}

export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    name: 'the barrier left out: takeovers do not wait for the releases',
    edits: [
      {
        file: 'src/lib/takeover/run.ts',
        from: "yield* this.carryOutOrders('RELEASE_IP', releases)\n      yield* this.carryOutOrders('TAKEOVER_IP', takeovers)",
        to: "yield* until(program.all([this.carryOutOrders('RELEASE_IP', releases), this.carryOutOrders('TAKEOVER_IP', takeovers)]))",
      },
    ],
    caughtBy: 'one kernel',
  },
  {
    name: 'a queued request dropped: the last one takes the place of the others',
    edits: [
      {
        file: 'src/lib/recovery/run-requests.ts',
        from: 'if (!this.queue.some(isSame)) this.queue.push(request)',
        to: 'if (!this.queue.some(isSame)) this.queue = [request]',
      },
    ],
    caughtBy: 'one answer',
  },
  {
    name: 'requests served by the handler itself, and not by the main loop',
    edits: [
      {
        file: 'src/lib/recovery/recovery-daemon.ts',
        from: '(request) => this.requests.add(request))',
        to: '(request) => { this.requests.add(request); if (this.leadership.isOurs) this.program.start(this.serveRequests()) })',
      },
      {
        file: 'src/lib/recovery/operation.ts',
        from: 'if (this.isDisabled || this.inProgress) return false',
        to: 'if (this.isDisabled) return false',
      },
    ],
    caughtBy: 'runs do not nest',
  },
  {
    name: 'a stale claim trusted: only those are told to release who say that they own it',
    edits: [
      {
        file: 'src/lib/takeover/run.ts',
        from: 'known: new Set(textsOf(list)) })),',
        to: 'known: new Set(textsOf(list.filter((ip) => ip.pnn === pnn))) })),',
      },
    ],
    caughtBy: 'comes to rest',
  },
  {
    name: 'a release that has not released counts as done',
    edits: [
      {
        file: 'src/lib/node/public-ips.ts',
        from: 'if (yield* this.holds(address)) {\n        owner.log',
        to: 'if (false) {\n        owner.log',
      },
    ],
    caughtBy: 'one kernel',
  },
  {
    name: 'a redundant release that does not say who owns the address now',
    edits: [
      {
        file: 'src/lib/node/public-ips.ts',
        from: '      ip.pnn = pnn\n      this.unassign(ip)\n      return',
        to: '      this.unassign(ip)\n      return',
      },
    ],
    caughtBy: 'comes to rest',
  },
  {
    name: 'a leader that is stopped keeps the lock',
    edits: [
      {
        file: 'src/lib/recovery/recovery-daemon.ts',
        from: 'if (this.leadership.isOurs) this.leadership.resign()',
        to: '',
      },
    ],
    caughtBy: 'comes to rest',
  },
  {
    name: 'an answer for each run, and one more',
    edits: [
      {
        file: 'src/lib/recovery/recovery-daemon.ts',
        from: '      this.reply(request, answer)\n      this.options',
        to: '      this.reply(request, answer)\n      this.reply(request, answer)\n      this.options',
      },
    ],
    caughtBy: 'one answer',
  },
  {
    name: 'chance that does not come from the seed',
    edits: [
      {
        file: 'src/lib/sim/random.ts',
        from: 'return uniformInt(this.generator, from, to)',
        to: 'return from + Math.floor(Math.random() * (to - from + 1))',
      },
    ],
    caughtBy: 'same log',
  },
]
