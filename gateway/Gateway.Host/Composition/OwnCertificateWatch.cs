using Certificates;
using Gateway.Federation;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>
/// Tells, once each, that a certificate of ours comes near its end and that it has ended, though no file changed and nobody asked. One that ends while we run goes on being presented: whoever
/// checks it refuses us by himself, and a connection that stands is not cut. The next start with it is refused.
/// </summary>
public sealed class OwnCertificateWatch : IDisposable
{
    public const int WarnDays = 30;

    // The clock of the machine may be set meanwhile.
    private static readonly TimeSpan PauseMax = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, bool> told = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private readonly RecentRefusals refusals;
    private readonly ILogger logger;
    private readonly ITimer timer;
    private CertificateSet set = CertificateSet.Empty;

    public OwnCertificateWatch(TimeProvider time, RecentRefusals refusals, ILogger logger)
    {
        (this.time, this.refusals, this.logger) = (time, refusals, logger);
        timer = time.CreateTimer(static watch => ((OwnCertificateWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>From now on these are watched; what there is to tell of them is told again.</summary>
    public void Watch(CertificateSet published)
    {
        lock (gate)
        {
            set = published;
            told.Clear();
        }

        Look();
    }

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var pause = PauseMax;
            foreach (var own in set.Own)
            {
                Tell(own, now);
                foreach (var moment in (DateTimeOffset[])[own.NotAfter.AddDays(-WarnDays), own.NotAfter])
                    if (moment > now && moment - now < pause) pause = moment - now;
            }

            // A timer counts whole milliseconds and must not come before the moment.
            timer.Change(pause + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private void Tell(OwnCertificate own, DateTimeOffset now)
    {
        var hasEnded = own.NotAfter <= now;
        if (own.NotAfter.AddDays(-WarnDays) > now || (told.TryGetValue(own.Fingerprint, out var end) && end == hasEnded)) return;
        told[own.Fingerprint] = hasEnded;
        if (hasEnded) refusals.Add(own.Name, "certificates." + CertificateReason.Expired, $"Our own certificate ended {own.NotAfter:u}: peers that check it refuse us.");
        else PartsLog.CertificateEnds(logger, own.Name, own.DaysLeft(now), own.NotAfter);
    }
}
