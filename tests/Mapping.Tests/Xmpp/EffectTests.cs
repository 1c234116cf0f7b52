using Gateway.Mapping.Availability;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Protocol.Wire;
using Mapping.Tests.Golden;
using Presence.Core;
using Presence.Core.Model;
using State = Presence.Core.Model.Availability;

namespace Mapping.Tests.Xmpp;

public sealed class EffectTests
{
    private static readonly Address Bo = new("bo", "contoso.example");
    private static readonly Address Juliet = new("juliet", "jabber.example");
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Answers_of_the_presentity_are_told_from_its_bare_address()
    {
        Assert.Equal("<presence from='bo@contoso.example' to='juliet@jabber.example' id='i' type='subscribed'></presence>", Write(new Tell(Bo, Juliet, true, PresenceReason.None)));
        Assert.Equal("<presence from='bo@contoso.example' to='juliet@jabber.example' id='i' type='unsubscribed'></presence>", Write(new Tell(Bo, Juliet, false, PresenceReason.Rejected)));
    }

    [Theory]
    [InlineData(UpstreamRequest.Subscribe, "subscribe")]
    [InlineData(UpstreamRequest.Refresh, "probe")]
    [InlineData(UpstreamRequest.Pause, "unavailable")]
    [InlineData(UpstreamRequest.Unsubscribe, "unsubscribe")]
    public void Questions_to_the_presentity_come_from_the_watcher(UpstreamRequest request, string type) =>
        Assert.Equal($"<presence from='bo@contoso.example' to='juliet@jabber.example' id='i' type='{type}'></presence>", Write(new AskUpstream(Juliet, Bo, request, null)));

    [Fact]
    public void An_end_is_offline() =>
        Assert.Equal(
            "<presence from='bo@contoso.example/sip' to='juliet@jabber.example' id='i' type='unavailable'></presence>",
            Write(new End(Bo, Juliet, new Leg("x", default), PresenceReason.Rejected)));

    [Theory]
    [InlineData(AuthorizationPhase.Granted, true, true)]
    [InlineData(AuthorizationPhase.Granted, false, false)]
    [InlineData(AuthorizationPhase.Asked, true, false)]
    [InlineData(AuthorizationPhase.Denied, true, false)]
    [InlineData(AuthorizationPhase.None, true, false)]
    public void Nothing_is_shown_before_it_is_granted_and_known(AuthorizationPhase phase, bool isKnown, bool isShown) =>
        Assert.Equal(isShown, Write(new Show(Bo, Juliet, ""), ViewOf(phase, isKnown, State.Busy)) is not null);

    [Fact]
    public void A_pair_that_is_gone_shows_nothing() => Assert.Null(Write(new Show(Bo, Juliet, "")));

    [Fact]
    public void Every_state_is_shown_as_its_row_says()
    {
        foreach (var state in Enum.GetValues<State>())
        {
            var row = AvailabilityTables.Default.Of(state);
            var written = Write(new Show(Bo, Juliet, ""), ViewOf(AuthorizationPhase.Granted, true, state))!;
            Assert.Equal(!row.IsXmppAvailable, written.Contains("type='unavailable'", StringComparison.Ordinal));
            if (row.XmppShow is not null) Assert.Contains($"<show>{row.XmppShow}</show>", written, StringComparison.Ordinal);
            else Assert.DoesNotContain("<show>", written, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Hostile_markup_from_a_stanza_comes_out_clean()
    {
        var body = new XmlElement("body", Namespaces.Xhtml, new XmlElement("p", Namespaces.Xhtml,
            new XmlElement("script", Namespaces.Xhtml, "evil()"),
            new XmlElement("a", Namespaces.Xhtml, [new XmlAttribute("href", "JaVaScript:x"), new XmlAttribute("onclick", "x")], "link"),
            new XmlElement("em", Namespaces.Xhtml, "fine")));

        var markup = XhtmlMarkup.Read(body);

        Assert.Equal("<p>link<em>fine</em></p>", markup);
        Assert.Equal("<body xmlns='http://www.w3.org/1999/xhtml'><p>link<em>fine</em></p></body>", XhtmlMarkup.Write(markup!)!.ToString());
    }

    private static WatcherView ViewOf(AuthorizationPhase phase, bool isKnown, State state) =>
        new(Bo, Juliet, phase, isKnown, [new Fragment("x", state, null, null, 0, Now)], [], null, 1);

    private static string? Write(PresenceEffect effect, WatcherView? view = null)
    {
        var written = Wire.Written((ref XmppWriter w) => EffectToPresence.TryWrite(ref w, effect, view, AvailabilityTables.Default, "i"));
        return written.Length == 0 ? null : written;
    }
}
