namespace Gateway.Xmpp.Streams;

/// <summary>Who counts what is finished.</summary>
internal interface ITicketOffice
{
    /// <summary>The passage of this number is closed. From any thread; once.</summary>
    void Finish(ulong number);
}

/// <summary>
/// One stanza that was counted as received (XEP-0198); finished when its passage is closed: answered, or refused and the refusal on its way. The default value belongs to no session.
/// </summary>
internal readonly struct StanzaTicket(ITicketOffice? office, ulong number)
{
    /// <summary>Hears what becomes of the last thing that is said about the stanza, and finishes it then; null where nobody counts.</summary>
    public Links.LinkReceipt? Receipt => office is null ? null : new TicketReceipt(this);

    /// <summary>The passage is closed. From any thread; once.</summary>
    public void Finish() => office?.Finish(number);

    /// <summary>The stanza became several: a ticket that each of them finishes once, and this one with the last.</summary>
    public StanzaTicket Share(int count) => office is null ? this : new StanzaTicket(new Parts(this, count), 0);

    private sealed class Parts(StanzaTicket whole, int count) : ITicketOffice
    {
        private int _open = count;

        public void Finish(ulong number)
        {
            if (Interlocked.Decrement(ref _open) == 0) whole.Finish();
        }
    }

    private sealed class TicketReceipt(StanzaTicket ticket) : Links.LinkReceipt
    {
        public override void Written() => ticket.Finish();

        public override void GivenUp(Protocol.XmppReason reason, string text) => ticket.Finish();
    }
}
