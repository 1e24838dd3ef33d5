import packageJson from '../../package.json' with { type: 'json' }

/**
 * What our commands want of oclif's configuration. The whole of it would search for plugins, their hooks and all other commands, which takes
 * longer than most commands (`npm run bench`). There are no plugins (docs/decisions/0002).
 */
export const CONFIGURATION = {
  bin: packageJson.oclif.bin,
  name: packageJson.name,
  version: packageJson.version,
  // An environment variable by which oclif's programs tell that they started themselves again; ours do not.
  scopedEnvVarKey: () => 'CTDBTS_REDIRECTED',
  scopedEnvVarKeys: () => [],
  runHook: async () => ({ failures: [], successes: [] }),
}

/** In oclif's form. */
export const VERSION = `${packageJson.name}/${packageJson.version} ${process.platform}-${process.arch} node-${process.version}`
