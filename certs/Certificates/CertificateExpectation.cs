namespace Certificates;

/// <summary>The question put to <see cref="CertificateJudge"/>: does the evidence prove this name for this use?</summary>
/// <param name="Use">The naming rule.</param>
/// <param name="Name">The DNS name (SIP: edge FQDN or domain; XMPP: the domain of the JID), A-labels or U-labels.</param>
/// <param name="WildcardAllowed">SIP only: accept <c>*.contoso.example</c> although RFC 5922 §7.2 forbids it. A per-peer choice.</param>
/// <param name="WeakAllowed">Signatures with SHA-1 and RSA keys of 1024 bits are taken, for a peer that has nothing better. A per-peer choice.</param>
public sealed record CertificateExpectation(CertificateUse Use, string Name, bool WildcardAllowed = false, bool WeakAllowed = false);
