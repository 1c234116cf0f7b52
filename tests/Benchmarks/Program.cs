using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Benchmarks;

/// <summary>
/// <c>make bench</c>: nanoseconds and bytes allocated for one message of each wire. Measured in this process: a project generated under another folder would not find the central versions. Arguments go
/// to BenchmarkDotNet: <c>ARGS="--filter *Sip*"</c>.
/// </summary>
internal static class Program
{
    public static void Main(string[] args)
    {
        var inThisProcess = DefaultConfig.Instance.WithArtifactsPath("artifacts/bench")
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(12));
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, inThisProcess);
    }
}
