/** Something the user can mend; its message is shown without a stack trace. */
export class SetupError extends Error {}
