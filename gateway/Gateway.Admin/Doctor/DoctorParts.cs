using System.Net;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>What the checks use: the same resolver, dialer, search and judge that the running appliance uses, so that the answer is the one the appliance would get.</summary>
public sealed record DoctorParts(string Fqdn, FederationModel Model, ICertificateSource Certificates, PeerRegistry Registry, IDnsResolver Resolver, TransportHub Hub)
{
    /// <summary>Where the sides would look for a peer that speaks for a domain; each asks the resolver it is given, in its own order.</summary>
    public required Func<IDnsResolver, PeerModel, string, CancellationToken, ValueTask<LocateOutcome>> Find { get; init; }

    /// <summary>A number of a Microsoft diagnostics header in plain words, with what to do.</summary>
    public Func<int, string> Diagnose { get; init; } = static number => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ms-diagnostics {number}");

    /// <summary>What to do about a refusal, by its public name.</summary>
    public Func<string, string> Advise { get; init; } = static reason => $"docs/reasons.md explains {reason}";

    /// <summary>Our own port for SIP, as Via and Contact name it.</summary>
    public int SipPort { get; init; } = 5061;

    /// <summary>Our own listener for XMPP streams; null where there is none.</summary>
    public IPEndPoint? XmppListener { get; init; }

    /// <summary>Service of the SRV records whose targets take TLS from the first byte.</summary>
    public string DirectTlsService { get; init; } = "_xmpps-server._tcp";

    /// <summary>Its ALPN name (XEP-0368 §3).</summary>
    public string DirectTlsProtocol { get; init; } = "xmpp-server";

    /// <summary>How long one answer of a far system is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A certificate that ends sooner is a warning.</summary>
    public int WarnDays { get; init; } = 30;
}
