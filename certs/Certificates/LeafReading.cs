using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>What was read off one certificate, kept as long as it: names and fingerprint, which never change, and the last finding about its chain, which does.</summary>
internal sealed class LeafReading
{
    private static readonly ConditionalWeakTable<X509Certificate2, LeafReading> Known = [];

    private LeafReading(X509Certificate2 leaf)
    {
        Names = CertificateNames.Read(leaf);
        Fingerprint = Fingerprints.Of(leaf);
    }

    internal CertificateNames Names { get; }

    internal string Fingerprint { get; }

    /// <summary>Replaced as a whole; of two written at once either is right.</summary>
    internal RecentFinding? Recent { get; set; }

    internal static LeafReading Of(X509Certificate2 leaf) => Known.GetValue(leaf, static l => new LeafReading(l));
}

/// <summary>A finding, and for what it was made: these intermediates under this trust set at this moment.</summary>
internal sealed record RecentFinding(IReadOnlyList<X509Certificate2> Intermediates, TrustSet Trust, bool IsWeakAllowed, DateTimeOffset At, ChainFinding Finding)
{
    /// <summary>Whether it was made for the very same evidence; the moment is the caller's to judge.</summary>
    internal bool IsFor(IReadOnlyList<X509Certificate2> intermediates, TrustSet trust, bool isWeakAllowed)
    {
        if (!ReferenceEquals(Trust, trust) || IsWeakAllowed != isWeakAllowed || Intermediates.Count != intermediates.Count) return false;
        for (var i = 0; i < intermediates.Count; i++)
            if (!ReferenceEquals(Intermediates[i], intermediates[i])) return false;
        return true;
    }
}
