using Lab.Processes;

namespace Lab;

/// <summary>The executables the lab starts: Debian's by their usual paths, ours where the build put them.</summary>
public static class Programs
{
    public static string Dnsmasq => Need("dnsmasq", "dnsmasq-base", "/usr/sbin/dnsmasq");

    public static string Prosody => Need("prosody", "prosody", "/usr/bin/prosody");

    /// <summary>The Erlang that runs ejabberd.</summary>
    public static string Erlang
    {
        get
        {
            Need("ejabberd", "ejabberd", "/usr/sbin/ejabberdctl");
            return Need("erl", "erlang-base", "/usr/bin/erl");
        }
    }

    /// <summary>Where Debian puts ejabberd and what it stands on.</summary>
    public static string ErlangLibraries => Directory.GetDirectories("/usr/lib", "*-linux-gnu*").First(d => Directory.EnumerateDirectories(d, "ejabberd-*").Any());

    /// <summary>A SIP proxy nobody here wrote.</summary>
    public static string Kamailio => Need("kamailio", "kamailio", "/usr/sbin/kamailio");

    /// <summary>The folder of Kamailio's modules; the TLS one is a package of its own.</summary>
    public static string KamailioModules => Path.GetDirectoryName(Need("Kamailio's TLS module", "kamailio-tls-modules",
        Directory.EnumerateFiles("/usr/lib", "tls.so", SearchOption.AllDirectories).FirstOrDefault(f => f.Contains("/kamailio/modules/", StringComparison.Ordinal)) ?? "/usr/lib/kamailio/modules/tls.so"))!;

    /// <summary>Scripted SIP peers nobody here wrote.</summary>
    public static string Sipp => Need("sipp", "sip-tester", "/usr/bin/sipp");

    /// <summary>Debian's own Python: the one that sees python3-slixmpp.</summary>
    public static string Python => Need("python3", "python3-slixmpp", "/usr/bin/python3");

    public static string XmppClientScript => Path.Combine(RepositoryRoot, "tests", "XmppClient", "client.py");

    /// <summary>The folder that holds Gateway.sln.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>An executable of this repository, built in the same configuration as we are.</summary>
    public static string Built(string project, string assembly)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var file = Path.Combine(RepositoryRoot, project, "bin", configuration, "net10.0", assembly);
        return File.Exists(file) ? file : throw new LabFaultException($"{file} is not built: dotnet build {project} -c {configuration}");
    }

    private static string Need(string program, string package, string path) =>
        File.Exists(path) ? path : throw new LabFaultException($"{program} is missing: install Debian's package {package} (tools/setup.sh does)");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Gateway.sln"))) return folder.FullName;
        throw new LabFaultException("Gateway.sln was not found above " + AppContext.BaseDirectory);
    }
}
