using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Load.Measure;
using Load.Scenarios;
using Load.Sip;
using Load.Subjects;
using Load.Wire;
using Load.Xmpp;

namespace Load;

/// <summary>Plays scenarios against one subject, load by load, or one of them for minutes.</summary>
internal sealed class Bench(ISubject subject, LoadAuthority authority, LoadOptions options, Table table)
{
    // Seconds more before the first figure of a scenario: a runtime that compiles what it sees often has not seen it yet.
    private const double FirstWarm = 5;

    // Seconds until what a preparation left behind is at rest.
    private const double Settle = 3;
    private readonly ProcessUse self = new(ProcessFigures.Generator, Environment.ProcessId, isAlone: true);
    private long next;

    public async Task RunAsync()
    {
        Console.WriteLine();
        Console.WriteLine($"{subject.Name}: starting");
        await subject.StartAsync();
        if (options.SoakMinutes > 0)
        {
            using var ends = await OpenAsync(Fleet.Usual);
            await SoakAsync(ends);
            return;
        }

        var wanted = options.Scenarios.Count == 0 ? subject.Plays : [.. options.Scenarios.Where(Plays)];
        table.Head();
        foreach (var fleet in wanted.GroupBy(w => ScenarioNames.Read(w).Fleet))
        {
            using var ends = await OpenAsync(fleet.Key);
            foreach (var word in fleet) await PlayAsync(ScenarioNames.Read(word).Name, ends);
        }
    }

    // A fleet that the subject's own list does not have may be asked for.
    private bool Plays(string word) => subject.Plays.Any(p => ScenarioNames.Read(p).Name == ScenarioNames.Read(word).Name);

    private async Task PlayAsync(string name, Ends ends)
    {
        var scenario = Make(name, ends);
        using var kept = scenario as IDisposable;
        var standing = await PrepareAsync(scenario);
        foreach (var load in options.Loads)
        {
            var figures = await MeasureAsync(scenario, ends, load, options.Warm + (load == options.Loads[0] ? FirstWarm : 0));
            table.Add(load == options.Loads[0] && standing.Length > 0 ? figures with { Remark = string.Join(' ', ((string[])[standing, figures.Remark]).Where(t => t.Length > 0)) } : figures);
        }
    }

    // What stands after the preparation and did not before, in memory of the subject.
    private async Task<string> PrepareAsync(Scenario scenario)
    {
        await scenario.WarmAsync();
        if (scenario.Standing > 0) await PassAsync(Settle);
        foreach (var process in subject.Processes) process.Prepare();
        var before = subject.Processes.Sum(p => p.Figures(1, 0).Mebibytes);
        await scenario.PrepareAsync();
        if (scenario.Standing == 0) return "";
        await PassAsync(Settle);
        var after = subject.Processes.Sum(p => p.Figures(1, 0).Mebibytes);
        return string.Create(CultureInfo.InvariantCulture, $"{scenario.Standing} standing, {(after - before) * 1_024 / scenario.Standing:0.0} KiB each;");
    }

    private static async Task PassAsync(double seconds)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Max(0.001, seconds)));
        await timer.WaitForNextTickAsync();
    }

    private X509Certificate2 EdgeCertificate => authority.Leaf("edge", Site.EdgeHost, Ends.SipDomain);

    private async Task<Ends> OpenAsync(Fleet fleet)
    {
        var sip = subject.Sip is { } sipTarget ? new SipEnd(new SipEndOptions(Site.EndSip, sipTarget, Site.GatewayHost, EdgeCertificate) { Domain = Ends.SipDomain, Connections = fleet.Connections }) : null;
        var server = authority.Leaf("server", Ends.XmppDomain, "*." + Ends.XmppDomain, Site.XmppHost);
        var xmpp = subject.Xmpp is { } xmppTarget
            ? new XmppEnd(new XmppEndOptions(Site.EndXmpp, xmppTarget, server) { Streams = fleet.Streams, FarDomain = subject.FarDomain, UsesDialback = options.UsesDialback, Counts = options.Counts })
            : null;
        var side = (int)Math.Ceiling(Math.Sqrt(fleet.Streams));
        var left = subject.Components is { } l ? new ComponentEnd(l.Left, ComponentEnd.LeftDomain, side) : null;
        var right = subject.Components is { } r ? new ComponentEnd(r.Right, ComponentEnd.RightDomain, side) : null;
        var ends = new Ends(fleet, sip, xmpp, left, right);
        if (sip is not null) await sip.StartAsync();
        if (xmpp is not null) await xmpp.StartAsync();
        if (left is not null) await left.StartAsync();
        if (right is not null) await right.StartAsync();
        return ends;
    }

    private Scenario Make(string name, Ends ends) => name switch
    {
        ScenarioNames.Page => new MessageToXmpp(ends, PairsOf(ends), inSessions: false),
        ScenarioNames.Session => new MessageToXmpp(ends, PairsOf(ends), inSessions: true),
        ScenarioNames.ToSip => new MessageToSip(ends, PairsOf(ends)),
        ScenarioNames.PresenceToSip => new PresenceToSip(ends, options.Pairs, options.Watchers),
        ScenarioNames.PresenceToXmpp => new PresenceToXmpp(ends, options.Pairs, options.Watchers),
        ScenarioNames.Subscribe => new NewSubscriptions(ends),
        ScenarioNames.Handshakes => new NewConnections(ends, subject.Sip!, Site.GatewayHost, EdgeCertificate, options.Idle),
        ScenarioNames.Pairs => new SubscribePairs(ends),
        ScenarioNames.Refresh => new Refreshes(ends, options.Dialogs),
        ScenarioNames.Streams => new NewStreams(ends, options.Idle),
        ScenarioNames.Stanzas => new StanzasAcross(ends, isBack: false, PairsOf(ends)),
        ScenarioNames.StanzasBack => new StanzasAcross(ends, isBack: true, PairsOf(ends)),
        _ => throw new LoadFailureException($"--scenario {name}: there is none"),
    };

    // Enough pairs of users that every connection, stream and domain pair has its own.
    private int PairsOf(Ends ends) => Math.Max(options.Pairs, Math.Max(ends.Fleet.Connections, ends.LeftEnd is { } left ? left.Domains * left.Domains : ends.Fleet.Streams));

    private async Task<Figures> MeasureAsync(Scenario scenario, Ends ends, string load, double warm)
    {
        var isRate = load.EndsWith("/s", StringComparison.Ordinal);
        var number = int.Parse(isRate ? load[..^2] : load, CultureInfo.InvariantCulture);
        scenario.Forget();
        using var pump = new Pump(isRate ? 0 : number, isRate ? number : 0, next, scenario.Send, scenario.Flush);
        scenario.Pump = pump;
        ends.Hear(scenario);
        pump.Start();
        await PassAsync(warm);

        IReadOnlyList<ProcessUse> processes = [.. subject.Processes, self];
        foreach (var process in processes) process.Prepare();
        var busy = ProcessUse.BusySeconds();
        var began = Stopwatch.GetTimestamp();
        foreach (var process in processes) process.Start();
        pump.IsMeasuring = true;
        await PassAsync(options.Seconds);
        pump.IsMeasuring = false;
        foreach (var process in processes) process.Stop();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var items = pump.Counts.Measured;
        busy = (ProcessUse.BusySeconds() - busy) / seconds;
        var used = processes.Select(p => p.Figures(seconds, items)).ToList();
        await pump.StopAsync();
        next = pump.Next;

        var latency = pump.Latencies;
        return new Figures(
            subject.Name, scenario.Name, load, seconds, items / seconds, latency.Percentile(0.50), latency.Percentile(0.99), latency.LongestMilliseconds, pump.Counts, busy)
        {
            Processes = used, Remark = RemarkOf(scenario, busy, used),
        };
    }

    // Other work on the machine spoils figures; say so where it was more than a little.
    private static string RemarkOf(Scenario scenario, double busy, List<ProcessFigures> used)
    {
        var others = busy - used.Sum(p => p.Cores);
        var noise = others > 0.15 ? string.Create(CultureInfo.InvariantCulture, $"(others used {others:0.0} cores)") : "";
        return string.Join(' ', ((string[])[scenario.Remark, noise]).Where(t => t.Length > 0));
    }

    private async Task SoakAsync(Ends ends)
    {
        var scenario = new MessageBothWays(ends, options.Pairs);
        await scenario.PrepareAsync();
        using var pump = new Pump(64, 0, next, scenario.Send, scenario.Flush);
        scenario.Pump = pump;
        ends.Hear(scenario);
        pump.Start();
        await PassAsync(options.Warm);
        pump.IsMeasuring = true;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"time",8}{"per s",9}{"p50 ms",9}{"p99 ms",9}{"max ms",9}{"cores",8}{"MiB",8}{"peak",8}{"failed",8}{"lost",7}{"twice",7}"));
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began).TotalMinutes < options.SoakMinutes)
        {
            foreach (var process in subject.Processes) process.Prepare();
            var before = pump.Counts.Measured;
            var last = Stopwatch.GetTimestamp();
            foreach (var process in subject.Processes) process.Start();
            await PassAsync(Math.Min(10, options.SoakMinutes * 60));
            foreach (var process in subject.Processes) process.Stop();
            var seconds = Stopwatch.GetElapsedTime(last).TotalSeconds;
            SoakLine(Stopwatch.GetElapsedTime(began), pump, (pump.Counts.Measured - before) / seconds, [.. subject.Processes.Select(p => p.Figures(seconds, 0))]);
            pump.Latencies.Clear();
        }

        await pump.StopAsync();
        var c = pump.Counts;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"sent {c.Sent}, delivered {c.Delivered}, failed {c.Failed}, lost {c.Lost}, late {c.Late}, twice {c.Duplicates}  {scenario.Remark}"));
    }

    private static void SoakLine(TimeSpan at, Pump pump, double rate, List<ProcessFigures> used)
    {
        var (l, c) = (pump.Latencies, pump.Counts);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{at:mm\\:ss}   {rate,9:0}{l.Percentile(0.5),9:0.00}{l.Percentile(0.99),9:0.00}{l.LongestMilliseconds,9:0.0}{used.Sum(p => p.Cores),8:0.00}")
            + string.Create(CultureInfo.InvariantCulture, $"{used.Sum(p => p.Mebibytes),8:0}{used.Sum(p => p.PeakMebibytes),8:0}{c.Failed,8}{c.Lost,7}{c.Duplicates,7}"));
    }
}
