/** Writes and waits until it is out: a process that ends too early would cut off what a pipe has not taken. */
export const print = (text: string): Promise<void> =>
  new Promise((resolve) => {
    // Whoever reads may have had enough (`| head`); that is no failure of the command.
    process.stdout.once('error', () => resolve());
    process.stdout.write(text, () => resolve());
  });
