using System.Globalization;
using Load.Subjects;

namespace Load;

/// <summary>The command line.</summary>
internal sealed record LoadOptions
{
    public const string Usage = """
        load: drives a gateway through TLS on both sides and prints what it did.

          --subject NAME,...                what is measured, one after the other in one run, with ratios of the first to each other (default gateway):
                                            gateway; kamailio (its xmpp module behind an XMPP server); kamailio-presence; prosody, ejabberd (new streams);
                                            servers (Prosody and ejabberd federating); bare (nothing but the runtime's TLS)
          --server prosody|ejabberd         the XMPP server in front of kamailio (default prosody)
          --scenario NAME[@CxS],...         page session to-sip presence-to-sip presence-to-xmpp subscribe handshakes pairs refresh streams stanzas, over C connections
                                            and S streams (default 4x1; default scenarios: all the subject has)
          --loads N,...,R/s                 items in flight, or a rate a second (default 1,64,512,1000/s)
          --seconds S   --warm S            measured and unmeasured part of each load (default 3 and 1)
          --pairs N                         users who talk on each side (default 100)
          --watchers N                      watchers of each presentity (default 5)
          --dialogs N                       standing subscriptions of refresh (default 16000)
          --idle N                          idle connections or streams that handshakes and streams hold meanwhile (default 500)
          --dialback                        XMPP streams by dialback instead of SASL EXTERNAL
          --count                           the XMPP end counts what it gets (XEP-0198), so that the subject answers its senders when it has heard the count
          --soak MINUTES                    messages both ways at full load, a line of memory every ten seconds
          --prepare FOLDER                  only writes certificates and appliance.json there
          --attach FOLDER                   takes a gateway that was started with the appliance.json of --prepare
          --json FILE                       appends one JSON object for each line of the table
          --keep                            leaves the run's folder (configuration, logs) behind
          --runtime NAME=VALUE,...          environment of the gateway, for experiments with the runtime
        """;

    public IReadOnlyList<string> Subjects { get; private init; } = [SubjectNames.Gateway];

    public string Server { get; private init; } = "prosody";

    public IReadOnlyList<string> Scenarios { get; private init; } = [];

    public IReadOnlyList<string> Loads { get; private init; } = ["1", "64", "512", "1000/s"];

    public double Seconds { get; private init; } = 3;

    public double Warm { get; private init; } = 1;

    public int Pairs { get; private init; } = 100;

    public int Watchers { get; private init; } = 5;

    public int Dialogs { get; private init; } = 16_000;

    public int Idle { get; private init; } = 500;

    public bool UsesDialback { get; private init; }

    public bool Counts { get; private init; }

    public double SoakMinutes { get; private init; }

    public string? PrepareFolder { get; private init; }

    public string? AttachFolder { get; private init; }

    public string? JsonFile { get; private init; }

    public bool KeepsFolder { get; private init; }

    public IReadOnlyDictionary<string, string> Runtime { get; private init; } = new Dictionary<string, string>();

    /// <summary>Null, and why, when the words cannot be understood.</summary>
    public static LoadOptions? TryRead(IReadOnlyList<string> words, out string fault)
    {
        var options = new LoadOptions();
        fault = "";
        for (var i = 0; i < words.Count; i++)
        {
            var name = words[i];
            if (name is "--dialback") options = options with { UsesDialback = true };
            else if (name is "--count") options = options with { Counts = true };
            else if (name is "--keep") options = options with { KeepsFolder = true };
            else if (i + 1 == words.Count || With(options, name, words[++i]) is not { } next)
            {
                fault = $"cannot understand {name}";
                return null;
            }
            else options = next;
        }

        if (options.Subjects.FirstOrDefault(s => !SubjectNames.All.Contains(s)) is { } unknown) fault = $"--subject {unknown}: one of {string.Join(", ", SubjectNames.All)}";
        if (options.Server is not ("prosody" or "ejabberd")) fault = "--server: prosody or ejabberd";
        return fault.Length == 0 ? options : null;
    }

    private static LoadOptions? With(LoadOptions options, string name, string value) => name switch
    {
        "--subject" => options with { Subjects = value.Split(',') },
        "--server" => options with { Server = value },
        "--scenario" => options with { Scenarios = value.Split(',') },
        "--loads" => options with { Loads = value.Split(',') },
        "--seconds" => options with { Seconds = Number(value) },
        "--warm" => options with { Warm = Number(value) },
        "--pairs" => options with { Pairs = (int)Number(value) },
        "--watchers" => options with { Watchers = (int)Number(value) },
        "--dialogs" => options with { Dialogs = (int)Number(value) },
        "--idle" => options with { Idle = (int)Number(value) },
        "--soak" => options with { SoakMinutes = Number(value) },
        "--prepare" => options with { PrepareFolder = value },
        "--attach" => options with { AttachFolder = value },
        "--json" => options with { JsonFile = value },
        "--runtime" => options with { Runtime = value.Split(',').Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[^1], StringComparer.Ordinal) },
        _ => null,
    };

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
