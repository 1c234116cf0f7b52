using System.Collections.Frozen;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>A named set of certificates we believe: the roots (or pinned leaves) that may vouch for a peer.</summary>
public sealed class TrustSet
{
    /// <summary>Makes a trust set; the collections are copied.</summary>
    /// <param name="name">The name peers refer to.</param>
    /// <param name="roots">Trust anchors; a self-signed leaf put here is pinned.</param>
    /// <param name="intermediates">Known intermediates, for peers that forget to send theirs.</param>
    /// <param name="withdrawn">SHA-256 fingerprints (hex) of certificates that are refused although the chain is good.</param>
    public TrustSet(
        string name, IEnumerable<X509Certificate2> roots, IEnumerable<X509Certificate2>? intermediates = null, IEnumerable<string>? withdrawn = null)
    {
        Name = name;
        Roots = [.. roots];
        Intermediates = intermediates is null ? [] : [.. intermediates];
        Withdrawn = (withdrawn ?? []).Select(Fingerprints.Normalise).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The name peers refer to.</summary>
    public string Name { get; }

    /// <summary>Trust anchors.</summary>
    public IReadOnlyList<X509Certificate2> Roots { get; }

    /// <summary>Intermediates that are known but vouch for nothing by themselves.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; }

    /// <summary>Fingerprints that are refused.</summary>
    public IReadOnlySet<string> Withdrawn { get; }

    /// <summary>Also believe the roots of the operating system.</summary>
    public bool IncludesSystemRoots { get; init; }

    /// <summary>The shortest RSA key accepted, in bits.</summary>
    public int RsaBitsMin { get; init; } = 2048;

    /// <summary>The shortest elliptic-curve key accepted, in bits.</summary>
    public int EcBitsMin { get; init; } = 256;
}
