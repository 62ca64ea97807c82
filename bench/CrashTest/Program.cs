using DataHub.Bench.CrashTest;

var options = CrashOptions.Parse(args);
return await (options.Measure ? MeasureRun.MainAsync(options) : CrashRun.MainAsync(options));
