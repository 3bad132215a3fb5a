using CdcLake.Simulation;

// Runs seeds and says what went wrong in them:
//   --seeds 1-500      these seeds
//   --for 10m          from --from on (default 1), as long as that
//   --regressions F    before them the seeds that stand in a file
//   --trace            prints every decision of one seed
//   --twice            runs each seed twice and compares
//   --break store      with a fault in the world that must be found (store, purge, columns, lease, abort)
//   --part 0/2         of several processes beside each other, the first of two: every second seed

if (ThreadPool.ThreadCount > 1)
{
    Console.Error.WriteLine("The pool has more than one thread, so that a seed would not decide all.");
    return 2;
}

// The pool's only thread runs everything; this one waits.
return await Task.Run(() => new SeedRuns(SeedOptions.Parse(args)).RunAsync()).ConfigureAwait(false);
