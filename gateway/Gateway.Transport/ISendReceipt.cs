namespace Gateway.Transport;

/// <summary>Told once what became of a send: <see cref="TransportReason.None"/> when its last byte was handed to the kernel.</summary>
public interface ISendReceipt
{
    /// <summary>Runs on the thread that wrote, in the order of the sends; must not block.</summary>
    void OnWritten(TransportReason outcome);
}
