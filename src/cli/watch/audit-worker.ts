import { AuditSeries, type FullLook } from '../../transport/reach/audit-series.ts'
import { answerWith } from './answer-with.ts'

const series = new AuditSeries()

answerWith((look: FullLook) => series.add(look))
