import type { CheckDescription } from '../lib/audit/check.ts'
import { CHECKS as ALL } from '../lib/audit/registry.ts'

/** The checks of an audit, in the order in which `ctdbts verify --list-checks` lists them. An audit makes all of them unless told otherwise. */
export const CHECKS: readonly CheckDescription[] = ALL
