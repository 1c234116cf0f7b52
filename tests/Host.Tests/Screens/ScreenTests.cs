using Gateway.Admin.Reports;
using Gateway.Host.Screens;

namespace Host.Tests.Screens;

/// <summary>What <c>status</c>, <c>connections</c> and <c>doctor</c> show to people.</summary>
public sealed class ScreenTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact, Item("PS-131")]
    public void Five_hundred_streams_of_long_names_are_five_hundred_lines_whose_columns_stand_below_each_other()
    {
        var rows = Enumerable.Range(0, 500).Select(n => new ConnectionRow("jabber", Stream($"{new string('d', 1 + (n % 63))}.{n}.jabber.example→contoso.example"))).ToList();
        var lines = ConnectionsScreen.List(rows, Now).ToList();

        Assert.Equal("connections: 500 in, 0 out", lines[0]);
        Assert.Equal(502, lines.Count);
        var at = lines[1].IndexOf("domains", StringComparison.Ordinal);
        Assert.InRange(at, 1, 110);
        foreach (var (row, line) in rows.Zip(lines.Skip(2))) Assert.Equal(row.Connection.Domains[0], line[at..]);
    }

    [Fact, Item("PS-131")]
    public void A_line_says_who_proved_what_how_over_which_TLS_how_much_crossed_and_how_many_more_pairs_share_it()
    {
        var line = ConnectionsScreen.List([new ConnectionRow("jabber", Stream("jabber.example→contoso.example", "jabber.example→fabrikam.example"))], Now).Last();
        Assert.Equal(
            ["7", "in", "open", "3 min", "2 s", "12", "30", "4", "external", "1.3", "192.0.2.7:40112", "jabber", "jabber.example→contoso.example and 1 more"],
            line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact, Item("PS-131")]
    public void Details_say_every_pair_and_why_each_domain_is_believed()
    {
        var lines = ConnectionsScreen.Details([new ConnectionRow("jabber", Stream("jabber.example→contoso.example", "jabber.example→fabrikam.example"))], Now, Layout.Unfolded).ToList();
        Assert.Contains("jabber#7: in 192.0.2.7:40112, open, since 2030-01-02 03:01:05Z (3 min)", lines);
        Assert.Contains("            jabber.example→fabrikam.example", lines);
        Assert.Contains("  because   jabber.example: its certificate names it", lines);
        Assert.Contains("  TLS       Tls13 TLS_AES_256_GCM_SHA384; our certificates of version 2", lines);
        Assert.Contains("  features  0198 direct-tls", lines);
        Assert.Contains("  open      4 queued, 1 unacknowledged", lines);
    }

    [Fact]
    public void Status_ends_with_what_is_wrong_and_the_next_step_of_each()
    {
        var lines = StatusScreen.Lines(Status(2), Now, Layout.Unfolded).ToList();
        Assert.Equal(
        [
            "trouble",
            "  -  jabber could not be reached: xmpp.ConnectFailed: nobody accepts; not tried again for 12 s",
            "     next: gateway doctor jabber; when it is mended, gateway streams forget ends the rest",
            "recent refusals",
            "  -  certificates.WrongName of capulet.example, 14 times, last 2030-01-02 03:04:02Z (3 s ago): it names montague.example",
            "     next: compare its names",
        ], lines[^6..]);
        Assert.Contains("connections: 2 in, 0 out", lines);
        Assert.Contains("relaxed or limited for jabber", lines);
    }

    [Fact, Item("PS-131")]
    public void Status_with_hundreds_of_connections_counts_them_and_names_the_list()
    {
        var lines = StatusScreen.Lines(Status(500), Now, Layout.Unfolded).ToList();
        Assert.Contains("connections: 500 in, 0 out; `gateway connections` lists them", lines);
        Assert.InRange(lines.Count, 10, 60);
    }

    [Fact]
    public void A_stream_that_hangs_is_trouble_although_nothing_has_failed_yet()
    {
        var status = Status(0);
        var hanging = Stream("contoso.example→jabber.example") with { Direction = "out", ProvedBy = "none", Phase = "await header", Remote = "192.0.2.7:5269", Since = Now.AddSeconds(-4) };
        status = status with { Peers = [status.Peers[0] with { LastFailure = "", NextTryAt = null, Connections = [hanging, hanging with { Since = Now.AddSeconds(-1) }] }] };
        var lines = StatusScreen.Lines(status, Now, Layout.Unfolded).ToList();
        Assert.Equal("  -  jabber: the stream to 192.0.2.7:5269 does not come to stand: await header since 2030-01-02 03:04:01Z, 4 wait for it", lines[lines.IndexOf("trouble") + 1]);
        Assert.Equal("     next: gateway doctor jabber", lines[lines.IndexOf("trouble") + 2]);
        Assert.Equal("recent refusals", lines[lines.IndexOf("trouble") + 3]);
    }

    [Fact]
    public void Doctor_groups_by_subject_and_counts_what_failed()
    {
        var lines = DoctorScreen.Lines(new DoctorReport(
        [
            new DoctorCheck("gateway", "certificate", DoctorVerdict.Good, "gw names gw.jabber.example", ""),
            new DoctorCheck("jabber", "tcp and tls", DoctorVerdict.Failed, "refused", "is it running?"),
            new DoctorCheck("jabber", "stream", DoctorVerdict.NotTried, "no connection", ""),
        ]), Layout.Unfolded);
        Assert.Equal(
        [
            "gateway",
            "  good       certificate  gw names gw.jabber.example",
            "jabber",
            "  FAILED     tcp and tls  refused",
            "                          next: is it running?",
            "  not tried  stream       no connection",
            "",
            "1 good, 0 warnings, 1 failed, 1 not tried",
        ], lines);
    }

    private static ConnectionStatus Stream(params string[] domains) => new()
    {
        Number = 7, Direction = "in", Remote = "192.0.2.7:40112", ProvedBy = "external", Proofs = ["jabber.example to contoso.example: external"], Tls = "Tls13 TLS_AES_256_GCM_SHA384",
        CertificateVersion = 2, Since = Now.AddMinutes(-3), LastItem = Now.AddSeconds(-2), Trust = ["jabber.example: its certificate names it"], Features = ["0198", "direct-tls"],
        Domains = domains, ItemsIn = 12, ItemsOut = 30, Queued = 4, Unacknowledged = 1,
    };

    private static StatusReport Status(int connections) => new()
    {
        Version = "1.0", State = "running", StartedAt = Now.AddHours(-3), UptimeSeconds = 10_800, Configuration = new ConfigurationStatus("/etc/gateway/appliance.json", Now.AddHours(-3), null),
        Certificates = new CertificatesStatus(1, [], []),
        Peers =
        [
            new PeerStatus("jabber", "xmpp", "prosody")
            {
                Domains = ["jabber.example"], Relaxations = ["dialback: a domain may be proved without a certificate"], LastFailure = "xmpp.ConnectFailed: nobody accepts", NextTryAt = Now.AddSeconds(12),
                Connections = [.. Enumerable.Range(0, connections).Select(n => Stream($"d{n}.jabber.example→contoso.example"))],
            },
        ],
        Refusals = [new RefusalStatus("capulet.example", "certificates.WrongName", "it names montague.example", "compare its names", 14, Now.AddHours(-1), Now.AddSeconds(-3))],
    };
}
