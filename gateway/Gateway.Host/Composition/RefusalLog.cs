using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>
/// Tells every refusal in log and metric under its public name. The log is bounded: at most <see cref="LinesPerSecondMax"/> lines a second, then only a count, because whoever is refused
/// decides how often it happens.
/// </summary>
public sealed partial class RefusalLog : IDisposable
{
    public const int LinesPerSecondMax = 50;

    private readonly Meter meter = new("gateway.host");
    private readonly Lock gate = new();
    private readonly ILogger<RefusalLog> logger;
    private readonly TimeProvider time;
    private readonly Counter<long> counter;
    private long second;
    private int lines;
    private long suppressed;

    public RefusalLog(ILogger<RefusalLog> logger, TimeProvider time)
    {
        (this.logger, this.time) = (logger, time);
        counter = meter.CreateCounter<long>("gateway_host_refusals", unit: "{refusal}", description: "Everything refused, by reason; docs/reasons.md says what to do about each.");
    }

    public void Tell(string subject, string reason, string text)
    {
        counter.Add(1, new KeyValuePair<string, object?>("reason", reason));
        long held;
        lock (gate)
        {
            var now = time.GetUtcNow().ToUnixTimeSeconds();
            if (now != second) (second, lines) = (now, 0);
            if (++lines > LinesPerSecondMax)
            {
                suppressed++;
                return;
            }

            (held, suppressed) = (suppressed, 0);
        }

        if (held > 0) Log.Suppressed(logger, held);
        Log.Refused(logger, subject, reason, text);
    }

    public void Dispose() => meter.Dispose();

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Warning, "refused {subject}: {reason}: {text}")]
        public static partial void Refused(ILogger logger, string subject, string reason, string text);

        [LoggerMessage(1102, LogLevel.Warning, "{count} refusals were not written one by one; `gateway status` counts them")]
        public static partial void Suppressed(ILogger logger, long count);
    }
}
