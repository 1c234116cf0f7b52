using Presence.Core;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>RFC 6665 and RFC 3856 at the endpoint, where no other test of presence stands for the clause.</summary>
public sealed class Rfc6665_Subscriptions
{
    private const string Active = "Event: presence\r\nSubscription-State: active;expires=3000\r\nContact: <sip:fe01.contoso.example:5061;transport=tls>\r\n";

    [Theory]
    [InlineData("generic", "")]
    [InlineData("lync2013", "presence")]
    [Clause("RFC 6665", "8.2.1")]
    public async Task No_response_carries_event_except_to_microsoft_systems(string profile, string package)
    {
        await using var rig = await Rig.StartAsync();
        rig.Publish(rig.Edge with { Profile = profile }, rig.Other);
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe("c-event"));
        Assert.Equal((200, package), (answer.Status, string.Join(',', answer.All("Event"))));
        Assert.NotEmpty(answer["Expires"]);
        Assert.Empty(answer.All("Subscription-State"));
    }

    [Theory]
    [InlineData(202)]
    [InlineData(200)]
    [Clause("RFC 6665", "8.3.1")]
    public async Task An_answer_202_is_one_of_200_and_none_is_written(int status)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        await edge.SendAsync(Lines.Response(ask, status, "Contact: <sip:fe01.contoso.example>\r\nExpires: 3000\r\n"));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Active))).Status);
    }

    [Fact]
    [Clause("RFC 6665", "4.1.4")]
    [Clause("RFC 3856", "6.9")]
    public async Task Of_a_forked_subscription_one_is_kept_and_the_others_are_481()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Active, tag: "first"))).Status);
        Assert.Equal(481, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Active, tag: "second"))).Status);

        // The one 200 may be the other fork's: the dialog that was notified stands.
        await edge.SendAsync(Lines.Response(ask, 200, "Contact: <sip:fe02.contoso.example>\r\nExpires: 3000\r\n", tag: "second"));
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 2, Active, tag: "first"))).Status);
        Assert.Equal(1, rig.View.Subscribers);
    }

    [Fact]
    [Clause("RFC 6665", "4.1.3")]
    public async Task A_notify_without_its_state_is_400_and_of_no_subscription_481()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        await edge.SendAsync(Lines.Response(ask, 200, "Contact: <sip:fe01.contoso.example>\r\nExpires: 3000\r\n"));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        Assert.Equal(400, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, "Event: presence\r\nContact: <sip:fe01.contoso.example>\r\n"))).Status);
        Assert.Equal(481, (await edge.AskAsync(Lines.InDialog("NOTIFY", "c-nobody", 1, "nobody", Active))).Status);
    }

    [Fact]
    [Clause("RFC 6665", "4.1.2.4")]
    public async Task A_subscription_that_is_never_notified_is_cleaned_up_and_a_late_notify_is_481()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        await edge.SendAsync(Lines.Response(ask, 200, "Contact: <sip:fe01.contoso.example>\r\nExpires: 3000\r\n"));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        rig.Time.Advance(TimeSpan.FromSeconds(33));
        await rig.Crossing.CommandAsync<UpstreamFailed>();
        Assert.Equal(481, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Active))).Status);
    }

    [Theory]
    [InlineData("sip:@jabber.example", 400, 499)]
    [InlineData("sip:", 400, 499)]
    [InlineData("sip:juliet@", 400, 499)]
    [InlineData("sip:%00@jabber.example", 400, 499)]
    [InlineData("sip:%ff%fe@jabber.example", 400, 499)]
    [InlineData("tel:+15550100", 400, 499)]
    [InlineData("sip:a%20%22b@jabber.example", 200, 200)]
    [InlineData("sip:%D0%AE%D0%BB%D0%B8%D1%8F@jabber.example", 200, 200)]
    [Item("RN-031")]
    public async Task A_wrong_identity_has_its_answer_and_no_defect(string to, int from, int upTo)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe("c-who").Replace($"To: <{Lines.Juliet}>", $"To: <{to}>", StringComparison.Ordinal));
        Assert.InRange(answer.Status, from, upTo);
        var asserted = await edge.AskAsync(Lines.Subscribe("c-whom").Replace("<sip:bo@contoso.example>;tag", $"<{to.Replace("jabber", "contoso", StringComparison.Ordinal)}>;tag", StringComparison.Ordinal));
        Assert.InRange(asserted.Status, from, upTo);
        await edge.SettleAsync();
    }

    [Fact]
    [Item("RN-031")]
    public async Task An_identity_of_four_kilobytes_has_its_answer()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe("c-long").Replace($"To: <{Lines.Juliet}>", $"To: <sip:{new string('j', 4_096)}@jabber.example>", StringComparison.Ordinal));
        Assert.InRange(answer.Status, 400, 499);
        await edge.SettleAsync();
    }

    [Fact]
    [Item("RN-029")]
    public async Task A_hundred_refreshes_of_one_dialog_from_many_connections_are_answered_without_500_but_for_order()
    {
        await using var rig = await Rig.StartAsync();
        var edges = new List<Edge>();
        for (var i = 0; i < 4; i++) edges.Add(await rig.DialBoundAsync());
        var first = await edges[0].AskAsync(Lines.Subscribe("c-race"));
        var answers = await Task.WhenAll(Enumerable.Range(2, 100).Select(n => edges[n % 4].AskAsync(Lines.Subscribe("c-race", n, first.ToTag))));

        // 500 is the answer of the book to a number that another connection's request overtook (RFC 3261 §12.2.2), and of nothing else.
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Contains("sip.CSeqOutOfOrder", a["ms-diagnostics-public"], StringComparison.Ordinal));
        Assert.Contains(answers, a => a.Status == 200);
        Assert.Equal(1, rig.View.Notifiers);
    }

    private static async Task<(Edge Edge, Heard Ask)> AskAsync(Rig rig)
    {
        await rig.AskAsync(UpstreamRequest.Subscribe);
        var edge = await rig.AcceptAsync();
        return (edge, await edge.RequestAsync("SUBSCRIBE"));
    }
}
