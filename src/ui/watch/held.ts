import type { Story } from '../../lib/watch/story.ts'
import type { Model } from './model.ts'

/**
 * How things stand by the last word of the cluster. While the screen is held still that is not what it shows, and what is done to the cluster
 * must not follow from what was.
 */
export const newestStory = ({ held, story }: Model): Story => held?.story ?? story
