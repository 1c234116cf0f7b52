using System.Collections.Immutable;
using System.Net;
using Certificates;
using Gateway.Federation;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration;

/// <summary>The configuration as the running appliance uses it: addresses parsed, names prepared, paths absolute.</summary>
public sealed record ApplianceModel
{
    /// <summary>The file it came from.</summary>
    public required string File { get; init; }

    public required string Fqdn { get; init; }

    public ImmutableArray<ListenerModel> SipListeners { get; init; } = [];

    public StreamOptions Xmpp { get; init; } = new();

    public ImmutableArray<ListenerModel> XmppListeners { get; init; } = [];

    /// <summary>Null: no health and metrics over HTTP.</summary>
    public IPEndPoint? Http { get; init; }

    public required string AdminSocket { get; init; }

    public required CertificateSourcesOptions Certificates { get; init; }

    public required FederationModel Federation { get; init; }

    public required Options.ConnectionsOptions Connections { get; init; }

    public required DnsModel Dns { get; init; }

    public required string StoreFile { get; init; }

    public required PresenceOptions Presence { get; init; }

    public required LimitsOptions Limits { get; init; }

    public required LogOptions Log { get; init; }
}

/// <summary>One listening address, and the own certificate presented there when the peer names no domain.</summary>
public sealed record ListenerModel(IPEndPoint EndPoint, string Certificate)
{
    /// <summary>XMPP: TLS from the first byte (XEP-0368).</summary>
    public bool IsDirectTls { get; init; }
}

/// <summary>How names are resolved.</summary>
public sealed record DnsModel(
    ImmutableArray<string> Servers, ImmutableDictionary<string, ImmutableArray<IPAddress>> Hosts, TimeSpan Timeout, string TrustAnchors);
