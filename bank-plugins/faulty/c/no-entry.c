/* Sin: a library that is no pack at all. */
int answer(void) { return 42; }
