using DataHub.Bench.CrashTest;
using DataHub.Bench.CrashTest.Measuring;

return await (args is ["measure", ..] ? MeasureRun.MainAsync(args[1..]) : CrashRun.MainAsync(CrashOptions.Parse(args)));
