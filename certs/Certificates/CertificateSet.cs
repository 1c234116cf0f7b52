using System.Collections.Frozen;

namespace Certificates;

/// <summary>
/// One immutable version of everything we present and everything we believe. A reload publishes the next version;
/// a handshake uses the version that was current when it began.
/// </summary>
public sealed class CertificateSet
{
    private readonly FrozenDictionary<string, OwnCertificate> _byDomain;
    private readonly FrozenDictionary<string, OwnCertificate> _byName;
    private readonly FrozenDictionary<string, TrustSet> _trust;
    private readonly FrozenSet<string> _fingerprints;

    /// <summary>Makes a version out of checked parts.</summary>
    /// <param name="version">1 for the first load; each publication adds one.</param>
    /// <param name="own">What we present; the first is the default unless one is named.</param>
    /// <param name="trust">What we believe.</param>
    /// <param name="defaultName">Name of the default own certificate.</param>
    public CertificateSet(int version, IEnumerable<OwnCertificate> own, IEnumerable<TrustSet> trust, string? defaultName = null)
    {
        Version = version;
        Own = [.. own];
        _byName = Own.ToFrozenDictionary(o => o.Name, StringComparer.Ordinal);
        _fingerprints = Own.Select(o => o.Fingerprint).ToFrozenSet(StringComparer.Ordinal);
        _trust = trust.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        Trust = [.. _trust.Values.OrderBy(t => t.Name, StringComparer.Ordinal)];
        Default = defaultName is null ? Own.FirstOrDefault() : _byName[defaultName];
        var domains = new Dictionary<string, OwnCertificate>(StringComparer.Ordinal);
        foreach (var certificate in Own)
            foreach (var domain in certificate.Domains) domains.TryAdd(domain, certificate);
        _byDomain = domains.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>A version that holds nothing: no TLS is possible and nobody is believed.</summary>
    public static CertificateSet Empty { get; } = new(0, [], []);

    /// <summary>Counts publications.</summary>
    public int Version { get; }

    /// <summary>Everything we can present.</summary>
    public IReadOnlyList<OwnCertificate> Own { get; }

    /// <summary>Everything we believe, by name.</summary>
    public IReadOnlyList<TrustSet> Trust { get; }

    /// <summary>Presented when no name decides; null only in an empty set.</summary>
    public OwnCertificate? Default { get; }

    /// <summary>False where a connection presented a certificate of ours that was replaced or taken away since; true where it presented none.</summary>
    public bool StillPresents(string fingerprint) => fingerprint.Length == 0 || _fingerprints.Contains(fingerprint);

    /// <summary>The own certificate of that settings name.</summary>
    public OwnCertificate? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The trust set of that name.</summary>
    public TrustSet? FindTrust(string name) => _trust.GetValueOrDefault(name);

    /// <summary>The own certificate for a domain (SNI or stream <c>to</c>): exact, then left-most wildcard; null when none is for it.</summary>
    public OwnCertificate? ForDomain(string? domain)
    {
        if (string.IsNullOrEmpty(domain)) return null;
        var name = DomainNames.ToAscii(domain);
        if (_byDomain.TryGetValue(name, out var exact)) return exact;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _byDomain.TryGetValue(string.Concat("*", name.AsSpan(dot)), out var wild) ? wild : null;
    }

    /// <summary>Whether this very certificate is presented already: that it has ended meanwhile is no reason to refuse a set that presents it still.</summary>
    public bool Presents(OwnCertificate own) => Own.Any(o => o.Fingerprint == own.Fingerprint);
}
