using System.Globalization;
using System.Net;

namespace LyncEdge.Control;

/// <summary>What the edge is told at start. Every value is an argument of the executable; see the README beside the project.</summary>
public sealed record EdgeOptions
{
    /// <summary>The values of <c>ms-source-type</c> that a federated peer can have (field fact A8).</summary>
    private static readonly string[] PartnerClasses = ["DirectPartner", "AutoFederation", "AuthorizedServer"];

    public string Profile { get; init; } = "lync2013";

    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 5061);

    public string Fqdn { get; init; } = "sip.contoso.example";

    public IReadOnlyList<string> Domains { get; init; } = ["contoso.example"];

    /// <summary>Domains the gateway may speak for. Empty: any domain but ours.</summary>
    public IReadOnlyList<string> GatewayDomains { get; init; } = [];

    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    public string? PfxFile { get; init; }

    public string? PfxPassword { get; init; }

    public string? AuthorityFile { get; init; }

    public string GatewayHost { get; init; } = "gw.jabber.example";

    /// <summary>A proxy between us and the gateway: the name its certificate must carry. Empty: there is none.</summary>
    public string NextHopHost { get; init; } = "";

    public IPEndPoint? Gateway { get; init; }

    public int Connections { get; init; } = 1;

    public bool SendsCertificate { get; init; } = true;

    public bool Verifies { get; init; } = true;

    /// <summary>Use a connection the gateway opened, when there is one, instead of dialling.</summary>
    public bool ReusesInbound { get; init; }

    public string? TlsVersion { get; init; }

    public string PartnerClass { get; init; } = "DirectPartner";

    public int? Seed { get; init; }

    /// <summary>Put the whole text of each message into its sent and received events.</summary>
    public bool Traces { get; init; }

    /// <summary>No sent and received events: for long runs.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Keep running when standard input ends.</summary>
    public bool Stays { get; init; }

    /// <returns>The options, or null and what is wrong with the arguments.</returns>
    public static EdgeOptions? Read(IReadOnlyList<string> arguments, out string fault)
    {
        var options = new EdgeOptions();
        var domains = new List<string>();
        var gatewayDomains = new List<string>();
        fault = "";
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (TryFlag(options, name) is { } flagged)
            {
                options = flagged;
                continue;
            }

            if (i + 1 >= arguments.Count)
            {
                fault = "no value for " + name;
                return null;
            }

            var value = arguments[++i];
            try
            {
                if (name == "--domain") domains.Add(value);
                else if (name == "--gateway-domain") gatewayDomains.Add(value);
                else options = Valued(options, name, value) ?? throw new FormatException("unknown argument " + name);
            }
            catch (FormatException e)
            {
                fault = e.Message;
                return null;
            }
        }

        if (domains.Count > 0) options = options with { Domains = domains };
        return options with { GatewayDomains = gatewayDomains };
    }

    private static EdgeOptions? TryFlag(EdgeOptions o, string name) => name switch
    {
        "--no-client-cert" => o with { SendsCertificate = false },
        "--no-verify" => o with { Verifies = false },
        "--reuse-inbound" => o with { ReusesInbound = true },
        "--trace" => o with { Traces = true },
        "--quiet" => o with { IsQuiet = true },
        "--stay" => o with { Stays = true },
        _ => null,
    };

    private static EdgeOptions? Valued(EdgeOptions o, string name, string value) => name switch
    {
        "--profile" => o with { Profile = value },
        "--listen" => o with { Listen = IPEndPoint.Parse(value) },
        "--fqdn" => o with { Fqdn = value },
        "--cert" => o with { CertificateFile = value },
        "--key" => o with { KeyFile = value },
        "--pfx" => o with { PfxFile = value },
        "--pfx-password" => o with { PfxPassword = value },
        "--ca" => o with { AuthorityFile = value },
        "--gateway-host" => o with { GatewayHost = value },
        "--next-hop-host" => o with { NextHopHost = value },
        "--gateway" => o with { Gateway = IPEndPoint.Parse(value) },
        "--connections" => o with { Connections = Math.Clamp(int.Parse(value, CultureInfo.InvariantCulture), 1, 4) },
        "--tls" => o with { TlsVersion = value },
        "--partner-class" => o with { PartnerClass = PartnerClasses.Contains(value) ? value : throw new FormatException("--partner-class is one of " + string.Join(", ", PartnerClasses)) },
        "--seed" => o with { Seed = int.Parse(value, CultureInfo.InvariantCulture) },
        _ => null,
    };
}
