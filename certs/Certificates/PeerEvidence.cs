using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>
/// What a peer showed during its handshake, and nothing that was concluded from it. Immutable: whoever wants an opinion
/// asks <see cref="CertificateJudge"/>, with the trust set and the name of its own choice (RFC 5922 §7, RFC 6120 §13.7).
/// </summary>
/// <param name="Leaf">The certificate the peer proved possession of, or null when it showed none.</param>
/// <param name="Intermediates">Whatever else it presented, in its order; hostile until a chain was built over it.</param>
/// <param name="Remote">The remote address and port as text, for people.</param>
/// <param name="TlsVersion">Negotiated version as text, empty on a plain connection.</param>
/// <param name="Cipher">Negotiated suite as text, empty on a plain connection.</param>
public sealed record PeerEvidence(
    X509Certificate2? Leaf, IReadOnlyList<X509Certificate2> Intermediates, string Remote, string TlsVersion, string Cipher)
{
    /// <summary>Our own address and port as text; empty where it was not kept.</summary>
    public string Local { get; init; } = "";

    /// <summary>True once the bytes travel under TLS, whoever the peer is.</summary>
    public bool IsEncrypted => TlsVersion.Length > 0;

    /// <summary>Evidence of a connection that has no TLS (yet).</summary>
    public static PeerEvidence Plain(string remote) => new(null, [], remote, "", "");
}
