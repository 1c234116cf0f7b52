using System.Globalization;
using System.Net;
using Load.Measure;
using Load.Wire;

namespace Load.Subjects;

/// <summary>Prosody or ejabberd from Debian: S2S with TLS, components that stand for domains, names from our name server, loopback only.</summary>
internal sealed class XmppServer(string folder, LoadAuthority authority, ServerPlace place, LoadOptions options) : IAsyncDisposable
{
    private ChildProcess? child;

    public async Task<ProcessUse> StartAsync()
    {
        var own = Path.Combine(folder, $"{place.Kind}-{place.Leaf}");
        Directory.CreateDirectory(Path.Combine(own, "data"));
        await ChildProcess.RunAsync("bash", Path.Combine(Lab.Sources, "setup.sh"), place.Kind);
        authority.Leaf(place.Leaf, [.. place.Domains, "*." + place.Domains[0], place.Front, .. place.Leaf == "gateway" ? (string[])[Site.GatewayHost, Scenarios.Ends.XmppDomain] : []]).Dispose();
        authority.Join(place.Leaf);
        child = await (place.Kind == SubjectNames.Prosody ? ProsodyAsync(own) : EjabberdAsync(own));
        await Lab.ListeningAsync(place.Xmpp);
        await Lab.ListeningAsync(place.Component);
        return new ProcessUse(place.Kind, child.Id);
    }

    public ValueTask DisposeAsync() => child?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Task<ChildProcess> ProsodyAsync(string own) =>
        ChildProcess.StartAsync("prosody", ["--config", Lab.Fill("prosody.cfg.lua", own, Values(own)), "-F"], own, Path.Combine(own, "prosody.log"));

    private async Task<ChildProcess> EjabberdAsync(string own)
    {
        // Erlang resolves through our name server, whatever the machine's own resolver is.
        var resolver = Path.Combine(own, "inetrc");
        var server = Site.Names.Address.ToString().Replace('.', ',');
        await File.WriteAllTextAsync(
            resolver, $"{{resolv_conf, \"\"}}.\n{{hosts_file, \"\"}}.\n{{lookup, [dns]}}.\n{{edns, false}}.\n{{nameserver, {{{server}}}, {Site.Names.Port}}}.\n");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = own, ["ERL_LIBS"] = "/usr/lib/x86_64-linux-gnu", ["ERL_INETRC"] = resolver, ["EJABBERD_CONFIG_PATH"] = Lab.Fill("ejabberd.yml", own, Values(own)),
            ["EJABBERD_LOG_PATH"] = Path.Combine(own, "ejabberd-server.log"),
        };
        return await ChildProcess.StartAsync(
            "erl", ["-noinput", "-mnesia", "dir", $"\"{Path.Combine(own, "data")}\"", "-s", "ejabberd"], own, Path.Combine(own, "ejabberd.log"), environment: environment);
    }

    private IEnumerable<(string Name, string Value)> Values(string own) =>
    [
        ("FOLDER", own), ("AUTHORITY", authority.AuthorityFile), ("CERTIFICATE", Path.Combine(folder, place.Leaf)), ("FRONT", place.Front),
        ("SERVER_ADDRESS", place.Xmpp.Address.ToString()), ("SERVER_PORT", Port(place.Xmpp)), ("COMPONENT_ADDRESS", place.Component.Address.ToString()),
        ("COMPONENT_PORT", Port(place.Component)), ("NAMES", $"{Site.Names.Address}@{Port(Site.Names)}"), ("END_XMPP_PORT", Port(Site.EndXmpp)),
        ("DIALBACK", options.UsesDialback ? "\"dialback\"" : ""), ("SECURE_AUTH", options.UsesDialback ? "false" : "true"),
        ("RUN_AS_ROOT", Environment.UserName == "root" ? "run_as_root = true" : ""),
        ("PROSODY_COMPONENTS", string.Concat(place.Domains.Select(d => $"Component \"{d}\"\n\tcomponent_secret = \"{Lab.ComponentSecret}\"\n\tvalidate_from_addresses = false\n\tssl = own\n"))),
        ("EJABBERD_COMPONENTS", string.Concat(place.Domains.Select(d => $"      \"{d}\": {{ password: \"{Lab.ComponentSecret}\" }}\n"))),
    ];

    private static string Port(IPEndPoint address) => address.Port.ToString(CultureInfo.InvariantCulture);
}
