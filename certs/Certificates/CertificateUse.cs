namespace Certificates;

/// <summary>Which protocol's naming rule a certificate is read under.</summary>
public enum CertificateUse
{
    /// <summary>RFC 5922 §7: SAN URI <c>sip:</c>, else dNSName, CN only when there is no SAN; whole names.</summary>
    Sip,

    /// <summary>RFC 6120 §13.7.1.2 and RFC 6125: xmppAddr, SRVName, dNSName with a left-most wildcard, CN last.</summary>
    Xmpp,
}
