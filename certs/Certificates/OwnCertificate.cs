using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>One certificate we present, with its key, the intermediates sent along, and the names it is chosen for.</summary>
public sealed class OwnCertificate
{
    /// <summary>Takes a certificate that carries its private key.</summary>
    /// <param name="name">The name settings refer to.</param>
    /// <param name="leaf">Certificate with private key.</param>
    /// <param name="intermediates">Sent after the leaf.</param>
    /// <param name="domains">Names it is chosen for; when null, the dNSNames of its SAN.</param>
    public OwnCertificate(
        string name, X509Certificate2 leaf, IEnumerable<X509Certificate2>? intermediates = null, IEnumerable<string>? domains = null)
    {
        if (!leaf.HasPrivateKey) throw new ArgumentException("An own certificate carries its private key.", nameof(leaf));
        Name = name;
        Leaf = leaf;
        Intermediates = intermediates is null ? [] : [.. intermediates];
        Domains = [.. (domains ?? CertificateNames.Read(leaf).DnsNames).Select(DomainNames.ToAscii)];
        Fingerprint = Fingerprints.Of(leaf);
    }

    /// <summary>The name settings refer to.</summary>
    public string Name { get; }

    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>Sent after the leaf.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; }

    /// <summary>Names it is chosen for: exact, or with a left-most <c>*</c> label.</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>SHA-256 of the leaf.</summary>
    public string Fingerprint { get; }

    /// <summary>The last moment it is good.</summary>
    public DateTimeOffset NotAfter => new(Leaf.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    /// <summary>What a server that looks for this XMPP domain will find wrong with it, as far as can be seen without its trust (RFC 6120 §13.7.1.2).</summary>
    public CertificateReason FaultFor(string xmppDomain, DateTimeOffset now)
    {
        if (NotAfter <= now) return CertificateReason.Expired;
        if (Leaf.SubjectName.RawData.AsSpan().SequenceEqual(Leaf.IssuerName.RawData)) return CertificateReason.SelfSigned;
        var isNamed = NameMatch.Find(CertificateNames.Read(Leaf), new CertificateExpectation(CertificateUse.Xmpp, xmppDomain)) is not null;
        return isNamed ? CertificateReason.None : CertificateReason.WrongName;
    }

    /// <summary>Whole days until then; less than 0 from that moment on.</summary>
    public int DaysLeft(DateTimeOffset now) => (int)Math.Floor((NotAfter - now).TotalDays);
}
