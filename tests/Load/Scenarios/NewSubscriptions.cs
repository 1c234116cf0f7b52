namespace Load.Scenarios;

/// <summary>
/// SIP users ask to see XMPP users they never asked before. An item is the whole way: SUBSCRIBE, the request to the other server, its yes, its presence, and the NOTIFY that says active. It is durable on
/// the way (design law 9).
/// </summary>
internal sealed class NewSubscriptions(Ends ends) : Scenario("new subscriptions", ends)
{
    private const long NumbersFrom = 1_000_000;
    private const int Presentities = 2_000;
    private long offset = NumbersFrom;

    public override Task PrepareAsync()
    {
        // Each run goes on where the last ended: nobody is asked twice.
        if (Pump is not null) offset += Pump.Counts.Sent;
        return Task.CompletedTask;
    }

    public override void Send(long sequence)
    {
        var number = offset + sequence;
        Ends.Sip.Subscribe(number, SipUser((int)number), XmppUser((int)(NumbersFrom + (number % Presentities))));
    }

    public override void Flush() => Ends.Sip.Flush();

    public override void OnAnswer(long mark, int status) => base.OnAnswer(mark - offset, status);

    public override void OnNotify(long subscription, bool isActive, ReadOnlySpan<byte> body)
    {
        if (isActive && subscription >= offset) Pump?.Delivered(subscription - offset, mayRepeat: true);
    }
}
