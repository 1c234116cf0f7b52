using Lab;
using Lab.Appliance;
using Lab.Trust;

namespace Appliance.Tests.Interop;

/// <summary>Lets a certificate of a running gateway end: it is replaced by one that lasts some seconds, and the gateway tells when they are over.</summary>
internal static class Expiry
{
    /// <summary>One that ends before it is loaded is refused, and the next lasts longer: a busy machine takes its time.</summary>
    public static async Task AwaitAsync(GatewayProcess gateway, string name, Func<TimeSpan, LabCertificate> renew)
    {
        for (var lasts = TimeSpan.FromSeconds(4); ; lasts *= 2)
        {
            var before = gateway.Process.Lines.Length;
            renew(lasts);
            gateway.Process.Signal(1);
            var outcome = await gateway.LineAsync($"the certificate {name} is in force, or refused", IsOutcome, Stage.Soon, before);
            if (IsRefused(outcome)) continue;
            await gateway.LineAsync($"the certificate {name} has ended", l => l.Contains($"refused {name}: certificates.Expired", StringComparison.Ordinal), Stage.Soon);
            return;
        }
    }

    private static bool IsOutcome(string line) => IsRefused(line) || line.Contains(" in force: ", StringComparison.Ordinal);

    private static bool IsRefused(string line) => line.Contains("reload refused", StringComparison.Ordinal) || line.Contains("changed certificates refused", StringComparison.Ordinal);
}
