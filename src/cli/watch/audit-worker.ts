import { AuditSeries, type FullSample } from '../../operations/audit/audit-series.ts'
import { runTasks } from './worker-loop.ts'

const series = new AuditSeries()

runTasks((sample: FullSample) => series.add(sample))
