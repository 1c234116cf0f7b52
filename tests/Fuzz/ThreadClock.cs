using System.Runtime.InteropServices;

namespace Fuzz;

/// <summary>The processor time of the calling thread: what an input costs however busy the machine is.</summary>
internal static partial class ThreadClock
{
    private const int OfThread = 3; // CLOCK_THREAD_CPUTIME_ID of linux/time.h

    public static TimeSpan Used
    {
        get
        {
            if (!OperatingSystem.IsLinux() || IntPtr.Size != 8) return System.Diagnostics.Stopwatch.GetElapsedTime(0);
            var failed = Read(OfThread, out var now);
            if (failed != 0) throw new InvalidOperationException("the kernel does not tell the processor time of a thread");
            return TimeSpan.FromTicks((now.Seconds * TimeSpan.TicksPerSecond) + (now.Nanoseconds / 100));
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, out Reading now);

    [StructLayout(LayoutKind.Sequential)]
    private struct Reading
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
