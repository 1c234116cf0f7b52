using System.Globalization;
using Lab.Processes;

namespace Lab.Sip;

/// <summary>
/// Debian's Kamailio as the edge proxy between the gateway and a front end: mutual TLS on both sides, Record-Route with its FQDN, loose routing (RFC 3261 §16).
/// It keeps no dialogs, so a restart loses its connections and nothing else.
/// </summary>
public sealed class Kamailio : IAsyncDisposable
{
    private readonly LabDirectory _directory;
    private readonly KamailioOptions _options;

    private Kamailio(LabDirectory directory, KamailioOptions options, LabProcess process) => (_directory, _options, Process) = (directory, options, process);

    public LabProcess Process { get; private set; }

    public static async Task<Kamailio> StartAsync(LabDirectory directory, KamailioOptions options)
    {
        var home = directory.Folder("kamailio");
        await File.WriteAllTextAsync(Path.Combine(home, "kamailio.cfg"), Configuration(home, options));
        await File.WriteAllTextAsync(Path.Combine(home, "tls.cfg"), Tls(options));
        return new Kamailio(directory, options, await LaunchAsync(directory, options));
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        Process = await LaunchAsync(_directory, _options);
    }

    public ValueTask DisposeAsync() => StopAsync();

    private async ValueTask StopAsync()
    {
        if (Process.IsRunning) await Process.TerminateAsync(Stage.Soon);
        await Process.DisposeAsync();
    }

    private static async Task<LabProcess> LaunchAsync(LabDirectory directory, KamailioOptions options)
    {
        var home = Path.Combine(directory.Root, "kamailio");
        var process = LabProcess.Start(
            "kamailio", Programs.Kamailio, ["-DD", "-E", "-f", Path.Combine(home, "kamailio.cfg"), "-L", Programs.KamailioModules, "-m", "64", "-M", "8"], home, Path.Combine(home, "console.log"));
        // It says nothing when it is ready: its port does.
        await ListenersAsync(process, options.Port);
        return process;
    }

    private static async Task ListenersAsync(LabProcess process, int port)
    {
        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (await look.WaitForNextTickAsync(deadline.Token))
            {
                if (!process.IsRunning) throw new LabFaultException("kamailio ended at its start\n" + process.Lines.Tail(20));
                if (LabPorts.IsListening(port)) return;
            }
        }
        catch (OperationCanceledException)
        {
            throw new LabTimeoutException($"kamailio does not listen on {port}\n{process.Lines.Tail(20)}");
        }
    }

    private static string Tls(KamailioOptions o)
    {
        var side = $"method = TLSv1.2+\nverify_certificate = yes\nrequire_certificate = yes\nprivate_key = {o.Certificate.KeyFile}\ncertificate = {o.Certificate.CertificateFile}\nca_list = {o.AuthorityFile}\n";
        return "[server:default]\n" + side + "[client:default]\n" + side;
    }

    /// <summary>What comes from a user of the front end's domain goes to the gateway, all else to the front end: in a dialog too, since From names who asks.</summary>
    private static string Configuration(string home, KamailioOptions o) => string.Create(CultureInfo.InvariantCulture, $$"""
        #!KAMAILIO
        debug=2
        log_stderror=yes
        children=1
        tcp_children=2
        enable_tls=yes
        dns=no
        rev_dns=no
        auto_aliases=no
        listen=tls:127.0.0.1:{{o.Port}}
        advertised_address="{{o.Fqdn}}"
        alias="{{o.Fqdn}}"
        tcp_connection_lifetime=3600
        run_dir="{{home}}"
        loadmodule "kex.so"
        loadmodule "corex.so"
        loadmodule "tm.so"
        loadmodule "sl.so"
        loadmodule "rr.so"
        loadmodule "pv.so"
        loadmodule "maxfwd.so"
        loadmodule "siputils.so"
        loadmodule "textops.so"
        loadmodule "tls.so"
        modparam("tls", "config", "{{home}}/tls.cfg")
        modparam("tm", "fr_inv_timer", 180000)
        request_route {
            if (!mf_process_maxfwd_header("70")) { sl_send_reply("483", "Too Many Hops"); exit; }
            if ($fd == "{{o.FrontEndDomain}}") { $var(next) = "sip:127.0.0.1:{{o.GatewayPort}};transport=tls"; }
            else { $var(next) = "sip:127.0.0.1:{{o.FrontEndPort}};transport=tls"; }
            if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
            if (has_totag()) {
                if (!loose_route()) { sl_send_reply("404", "No route set"); exit; }
            } else if (is_method("INVITE|SUBSCRIBE")) {
                record_route_preset("{{o.Fqdn}}:{{o.Port}};transport=tls");
            }
            $du = $var(next);
            if (!t_relay()) { sl_reply_error(); }
        }
        """) + "\n";
}

/// <summary>What the Kamailio of a lab is given.</summary>
public sealed record KamailioOptions(string Fqdn, int Port, Trust.LabCertificate Certificate, string AuthorityFile)
{
    public required string FrontEndDomain { get; init; }

    public required int FrontEndPort { get; init; }

    public required int GatewayPort { get; init; }
}
