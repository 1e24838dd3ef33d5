import { expect, it } from 'vitest'
import { RunRequests } from '../../../src/sim/recovery/run-requests.ts'

const request = (pnn: number, srvid: number) => ({ pnn, replySrvid: BigInt(srvid) })

it('keeps requests until they are served, in the order of their arrival', () => {
  const requests = new RunRequests()
  expect([requests.isEmpty, requests.take()]).toEqual([true, []])
  requests.add(request(1, 7))
  requests.add(request(0, 0))
  expect(requests.isEmpty).toBe(false)
  expect(requests.take()).toEqual([request(1, 7), request(0, 0)])
  expect([requests.isEmpty, requests.take()]).toEqual([true, []])
})

it('keeps one of two requests with the same srvid on the same node', () => {
  const requests = new RunRequests()
  for (const each of [request(1, 7), request(1, 8), request(2, 7), request(1, 7)]) requests.add(each)
  expect(requests.take()).toEqual([request(1, 7), request(1, 8), request(2, 7)])
})

it('never adds a request that arrives during a run to those that the run serves', () => {
  const requests = new RunRequests()
  requests.add(request(1, 7))
  const served = requests.take()
  requests.add(request(1, 7))
  expect([served, requests.take()]).toEqual([[request(1, 7)], [request(1, 7)]])
})
