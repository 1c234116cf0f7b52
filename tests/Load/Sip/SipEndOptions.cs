using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Load.Sip;

/// <summary>The SIP end: where it listens, whom it dials, over how many connections, and as whom.</summary>
internal sealed record SipEndOptions(IPEndPoint Listen, IPEndPoint Target, string TargetHost, X509Certificate2 Certificate)
{
    public int Connections { get; init; } = 4;

    public string Domain { get; init; } = "contoso.example";
}
