using System.Globalization;
using Lab.Processes;
using Lab.Trust;

namespace Lab.Xmpp;

/// <summary>Debian's Prosody on loopback ports, with its own data, certificates and resolver; started, followed and stopped by us. Works as root and as anybody else.</summary>
public sealed class Prosody : IAsyncDisposable
{
    private const string Password = "pw";
    private readonly LabDirectory _directory;
    private readonly ProsodyOptions _options;

    private Prosody(LabDirectory directory, ProsodyOptions options, LabProcess process) => (_directory, _options, Process) = (directory, options, process);

    public LabProcess Process { get; private set; }

    public string Domain => _options.Domain;

    public int ClientPort => _options.ClientPort;

    public int ServerPort => _options.ServerPort;

    public ProsodyOptions Options => _options;

    /// <summary>The authority a client checks this server by.</summary>
    public string AuthorityFile => _options.AuthorityFile;

    public static async Task<Prosody> StartAsync(LabDirectory directory, ProsodyOptions options)
    {
        var home = directory.Folder("prosody-" + options.Domain);
        await File.WriteAllTextAsync(Path.Combine(home, "prosody.cfg.lua"), Configuration(home, options));
        return new Prosody(directory, options, await LaunchAsync(directory, options));
    }

    /// <summary>Writes the account into Prosody's store; it is read at the next login.</summary>
    public string AddAccount(string user)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_directory.Root, "prosody-" + Domain, "data", Escape(Domain), "accounts")).FullName;
        // In one step: Prosody may be reading it now, and half an account is none.
        var file = Path.Combine(folder, Escape(user) + ".dat");
        File.WriteAllText(file + ".new", "return { [\"password\"] = \"" + Password + "\"; };\n");
        File.Move(file + ".new", file, overwrite: true);
        return Password;
    }

    public async Task RestartAsync()
    {
        await Process.TerminateAsync(Stage.Soon);
        await Process.DisposeAsync();
        Process = await LaunchAsync(_directory, _options);
    }

    /// <summary>SIGKILL, then a start.</summary>
    public async Task KillAndStartAsync()
    {
        await Process.KillAsync(Stage.Soon);
        await Process.DisposeAsync();
        Process = await LaunchAsync(_directory, _options);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static async Task<LabProcess> LaunchAsync(LabDirectory directory, ProsodyOptions options)
    {
        var home = Path.Combine(directory.Root, "prosody-" + options.Domain);
        var process = LabProcess.Start(
            "prosody " + options.Domain, Programs.Prosody, ["--config", Path.Combine(home, "prosody.cfg.lua"), "-F"], home, Path.Combine(home, "console.log"));
        foreach (var service in (string[])["c2s", "s2s", .. options.Components.Count > 0 ? ["component"] : Array.Empty<string>()])
            await process.Lines.SeeAsync($"Prosody listens for {service}", l => l.Contains($"Activated service '{service}'", StringComparison.Ordinal), Stage.Soon);
        return process;
    }

    private static string Configuration(string home, ProsodyOptions o) => string.Create(CultureInfo.InvariantCulture, $$"""
        {{(Environment.UserName == "root" ? "run_as_root = true" : "")}}
        pidfile = "{{home}}/prosody.pid"
        data_path = "{{Directory.CreateDirectory(Path.Combine(home, "data")).FullName}}"
        interfaces = { "127.0.0.1" }
        local_interfaces = { "127.0.0.1" }
        c2s_ports = { {{o.ClientPort}} }
        s2s_ports = { {{o.ServerPort}} }
        c2s_direct_tls_ports = {}
        s2s_direct_tls_ports = { {{o.DirectPort}} }
        component_ports = { {{o.ComponentPort}} }
        use_ipv6 = false
        http_ports = {}
        https_ports = {}
        c2s_require_encryption = true
        {{o.ServerSettings ?? ServerSettings(o)}}
        authentication = "internal_plain"
        storage = "internal"
        network_backend = "epoll"
        network_settings = { nagle = false }
        modules_enabled = { "roster"; "saslauth"; "tls"; "s2s"; "disco"; "ping"; "blocklist"{{(o.AcceptsDialback || o.DialbackDomains.Count > 0 ? "; \"dialback\"" : "")}}{{string.Concat(o.MoreModules.Select(m => $"; \"{m}\""))}} }
        modules_disabled = { "s2s_auth_dane_in" }
        unbound = { resolvconf = false; hoststxt = false; forward = "127.0.0.1@{{o.DnsPort}}"; options = { ["do-not-query-localhost:"] = "no" } }
        log = { { levels = { min = "info" }; to = "console" }; { levels = { min = "debug" }; to = "file"; filename = "{{home}}/debug.log" } }
        ssl = { key = "{{o.Certificate.KeyFile}}"; certificate = "{{o.Certificate.CertificateFile}}"; cafile = "{{o.AuthorityFile}}"; capath = false }
        certificates = "{{home}}/none"
        limits = {}
        VirtualHost "{{o.Domain}}"
        {{Own(o, o.Certificate)}}
        {{string.Concat(o.Components.Select(c => $"Component \"{c.Name}\"\n    component_secret = \"{XmppComponent.Secret}\"\n    validate_from_addresses = false\n{TlsOf(c.Tls)}{Own(o, c.Certificate)}\n"))}}

        """);

    private static string ServerSettings(ProsodyOptions o) => $$"""
        s2s_require_encryption = {{(o.RequiresTls ? "true" : "false")}}
        s2s_secure_auth = {{(o.AcceptsDialback ? "false" : "true")}}
        s2s_insecure_domains = { {{string.Join("; ", o.DialbackDomains.Select(d => $"\"{d}\""))}} }
        """;

    // Who demands certificates demands TLS, so a domain for which TLS is a matter of choice must not; which far domains need none is said for all of them.
    private static string TlsOf(ServerTls tls) => tls switch
    {
        ServerTls.May => "    s2s_secure_auth = false\n",
        ServerTls.None => "    modules_disabled = { \"tls\" }\n",
        _ => "",
    };

    // Two settings for one thing: streams that begin in clear use the first, the port where TLS begins at once asks for the second by the name in the handshake.
    private static string Own(ProsodyOptions o, LabCertificate own) => $"    ssl = {Tls(o, own)}\n    s2s_direct_tls_ssl = {Tls(o, own)}";

    private static string Tls(ProsodyOptions o, LabCertificate own) =>
        $$"""{ key = "{{own.KeyFile}}"; certificate = "{{own.CertificateFile}}"; cafile = "{{o.AuthorityFile}}"; capath = false }""";

    /// <summary>Prosody's file names: everything but letters and digits is percent-encoded.</summary>
    private static string Escape(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c.ToString() : "%" + ((int)c).ToString("x2", CultureInfo.InvariantCulture)));
}
