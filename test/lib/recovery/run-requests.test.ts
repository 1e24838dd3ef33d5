import { expect, it } from 'vitest'
import { RunRequests } from '../../../src/lib/recovery/run-requests.ts'

const request = (pnn: number, srvid: number) => ({ pnn, replySrvid: BigInt(srvid) })

it('keeps who asks until he is served, in the order in which they came', () => {
  const requests = new RunRequests()
  expect([requests.isEmpty, requests.take()]).toEqual([true, []])
  requests.add(request(1, 7))
  requests.add(request(0, 0))
  expect(requests.isEmpty).toBe(false)
  expect(requests.take()).toEqual([request(1, 7), request(0, 0)])
  expect([requests.isEmpty, requests.take()]).toEqual([true, []])
})

it('serves once who asks twice with the same srvid on the same node', () => {
  const requests = new RunRequests()
  for (const each of [request(1, 7), request(1, 8), request(2, 7), request(1, 7)]) requests.add(each)
  expect(requests.take()).toEqual([request(1, 7), request(1, 8), request(2, 7)])
})

it('never lets who asks during a run into the list of those that it serves', () => {
  const requests = new RunRequests()
  requests.add(request(1, 7))
  const served = requests.take()
  requests.add(request(1, 7))
  expect([served, requests.take()]).toEqual([[request(1, 7)], [request(1, 7)]])
})
