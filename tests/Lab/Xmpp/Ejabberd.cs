using System.Globalization;
using Lab.Processes;

namespace Lab.Xmpp;

/// <summary>
/// Debian's ejabberd on loopback ports, as a plain user's process in a folder of the lab. No distribution, so neither <c>epmd</c> nor a node name; its lines are on standard output.
/// </summary>
public sealed class Ejabberd : IAsyncDisposable
{
    private readonly string _home;

    private Ejabberd(string home, LabProcess process, EjabberdOptions options) => (_home, Process, Options) = (home, process, options);

    public LabProcess Process { get; private set; }

    public EjabberdOptions Options { get; }

    /// <summary>Its own log.</summary>
    public string LogFile => LogOf(_home);

    public static async Task<Ejabberd> StartAsync(LabDirectory directory, EjabberdOptions options)
    {
        var home = directory.Folder("ejabberd-" + options.Domain);
        await File.WriteAllTextAsync(Path.Combine(home, "ejabberd.yml"), Configuration(home, options));
        await File.WriteAllTextAsync(Path.Combine(home, "inetrc"), string.Create(CultureInfo.InvariantCulture, $$"""
            {resolv_conf, ""}.
            {hosts_file, ""}.
            {lookup, [dns]}.
            {nameserver, {127,0,0,1}, {{options.DnsPort}}}.

            """));
        return new Ejabberd(home, await LaunchAsync(home, options), options);
    }

    /// <summary>SIGKILL, then a start.</summary>
    public async Task KillAndStartAsync()
    {
        await Process.KillAsync(Stage.Soon);
        await Process.DisposeAsync();
        Process = await LaunchAsync(_home, Options);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static string LogOf(string home) => Path.Combine(home, "ejabberd.log");

    private static async Task<LabProcess> LaunchAsync(string home, EjabberdOptions options)
    {
        var process = LabProcess.Start(
            "ejabberd " + options.Domain, Programs.Erlang, ["-noinput", "+S", "1", "-mnesia", "dir", "\"" + Path.Combine(home, "db") + "\"", "-s", "ejabberd"], home, Path.Combine(home, "console.log"),
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HOME"] = home, ["ERL_LIBS"] = Programs.ErlangLibraries, ["EJABBERD_CONFIG_PATH"] = Path.Combine(home, "ejabberd.yml"), ["EJABBERD_LOG_PATH"] = LogOf(home),
                ["ERL_INETRC"] = Path.Combine(home, "inetrc"), ["ERL_CRASH_DUMP"] = Path.Combine(home, "crash.dump"),
            });
        await process.Lines.SeeAsync("ejabberd listens for components",
            l => l.Contains("accepting", StringComparison.Ordinal) && l.Contains(":" + options.ComponentPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), Stage.Soon);
        return process;
    }

    private static string Configuration(string home, EjabberdOptions o)
    {
        var certificates = string.Join(", ", o.Domains.Concat(o.Hosts).Select(d => Both(home, d)));
        var hosts = string.Concat(o.Hosts.Select(h => $", \"{h.Name}\""));
        var hostSettings = string.Concat(o.Hosts.Select(h => $"  \"{h.Name}\": {{ s2s_use_starttls: {Word(h.Tls)} }}\n"));
        var services = string.Concat(o.Domains.Select(d => $"      \"{d.Name}\": {{ password: \"{XmppComponent.Secret}\" }}\n"));
        var dialback = string.Join(", ", o.DialbackDomains.Select(d => $"\"{d}\""));
        return string.Create(CultureInfo.InvariantCulture, $$"""
            loglevel: info
            log_rotate_count: 0
            hosts: [ "{{o.Domain}}"{{hosts}} ]
            certfiles: [ {{certificates}} ]
            s2s_cafile: "{{o.AuthorityFile}}"
            ca_file: "{{o.AuthorityFile}}"
            s2s_dns_retries: 1
            s2s_dns_timeout: 5
            s2s_max_retry_delay: 1
            shaper: {}
            acme: { auto: false }
            auth_method: anonymous
            listen:
              - { port: {{o.ServerPort}}, ip: "127.0.0.1", module: ejabberd_s2s_in, max_stanza_size: 524288 }
              - { port: {{o.DirectPort}}, ip: "127.0.0.1", module: ejabberd_s2s_in, tls: true }
              - port: {{o.ComponentPort}}
                ip: "127.0.0.1"
                module: ejabberd_service
                access: all
                check_from: false
                hosts:
            {{services}}
            acl:
              dialback: { server: [ {{(dialback.Length > 0 ? dialback : "\"none.invalid\"")}} ] }
            access_rules:
              dialback: { allow: dialback }
            modules:
              mod_disco: {}
              mod_s2s_dialback: { access: dialback }
            {{(hostSettings.Length > 0 ? "host_config:\n" + hostSettings : "")}}
            {{(o.More.Length > 0 ? o.More : "s2s_use_starttls: " + o.StartTls)}}

            """).Replace("\n      \"", "\n        \"", StringComparison.Ordinal);
    }

    private static string Word(ServerTls tls) => tls switch
    {
        ServerTls.Must => "required",
        ServerTls.May => "optional",
        _ => "false",
    };

    // ejabberd wants certificate and key in one file.
    private static string Both(string home, FederatedDomain domain)
    {
        var file = Path.Combine(home, domain.Name + ".pem");
        File.WriteAllText(file, File.ReadAllText(domain.Certificate.CertificateFile) + File.ReadAllText(domain.Certificate.KeyFile));
        return "\"" + file + "\"";
    }
}
