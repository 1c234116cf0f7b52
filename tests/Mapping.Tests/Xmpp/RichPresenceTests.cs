using Gateway.Mapping.Availability;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Presence.Core;
using Presence.Core.Model;
using State = Presence.Core.Model.Availability;

namespace Mapping.Tests.Xmpp;

/// <summary>What a show cannot say, between two gateways: PSB-115.</summary>
public sealed class RichPresenceTests
{
    [Fact, Item("PSB-115")]
    public void Every_state_that_is_shown_comes_back_as_it_was()
    {
        foreach (var state in Enum.GetValues<State>().Where(s => AvailabilityTables.Default.Of(s).IsXmppAvailable))
            Assert.Equal(state, Read(AvailabilityTables.Default.Of(state).XmppShow, RichPresence.Of(state)[0], isRich: true));
    }

    [Theory, Item("PSB-115"), Item("PSB-022")]
    [InlineData("InMeeting", null)]
    [InlineData("Available", "dnd")]
    [InlineData("Offline", "away")]
    [InlineData("Nonsense", "dnd")]
    [InlineData("13", "away")]
    public void A_word_that_contradicts_the_show_is_not_believed(string word, string? show)
    {
        var element = new XmlElement("state", RichPresence.Namespace, [new XmlAttribute("availability", word)], null);

        Assert.Equal(AvailabilityTables.Default.FromShow(show), Read(show, element, isRich: true));
    }

    [Fact, Item("PSB-115")]
    public void Whoever_did_not_switch_it_on_ignores_it() =>
        Assert.Equal(AvailabilityTables.Default.FromShow("dnd"), Read("dnd", RichPresence.Of(State.InMeeting)[0], isRich: false));

    private static State Read(string? show, XmlElement rich, bool isRich)
    {
        var nodes = new List<XmlNode> { rich };
        if (show is not null) nodes.Add(new XmlElement("show", Namespaces.Server, show));
        var element = new XmlElement("presence", Namespaces.Server, [new XmlAttribute("from", "juliet@jabber.example/b"), new XmlAttribute("to", "bo@contoso.example")], [.. nodes]);
        Assert.True(Stanza.TryRead(element, out var stanza, out _));
        Assert.True(PresenceToCommand.TryRead(
            (Gateway.Xmpp.Protocol.Stanzas.Presence)stanza, new Leg("x", default), AvailabilityTables.Default, DateTimeOffset.UnixEpoch, out var arrival, out _, isRich));
        return Assert.IsType<UpstreamShowed>(arrival.Command).Fragments[0].Availability;
    }
}
