using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Load.Xmpp;

/// <summary>The XMPP end: where it listens, whom it dials, for which domains, and how streams are authenticated.</summary>
internal sealed record XmppEndOptions(IPEndPoint Listen, IPEndPoint Target, X509Certificate2 Certificate)
{
    /// <summary>How many streams it opens, each from a domain of its own.</summary>
    public int Streams { get; init; } = 1;

    /// <summary>The domain the subject stands for.</summary>
    public string FarDomain { get; init; } = "contoso.example";

    /// <summary>Dialback (XEP-0220) instead of SASL EXTERNAL.</summary>
    public bool UsesDialback { get; init; }

    /// <summary>Offers to count what comes on the streams that the subject opens (XEP-0198), and tells the count when it is asked.</summary>
    public bool Counts { get; init; }
}
