namespace CdcLake.Testing.StarRocks.Model;

/// <summary>A change of a table's columns that goes on in the background. It waits for the loads that began before it.</summary>
internal sealed class SchemaChange(long id, Table table, IReadOnlyList<TableColumn> columns)
{
    public long Id => id;

    public Table Table => table;

    /// <summary>PENDING, WAITING_TXN, RUNNING, FINISHED or CANCELLED.</summary>
    public string State { get; private set; } = "PENDING";

    public string Message { get; private set; } = "";

    public bool IsOver => State is "FINISHED" or "CANCELLED";

    public void MoveOn(Cluster cluster)
    {
        if (State == "RUNNING")
        {
            table.Become(columns);
        }

        State = State switch
        {
            "PENDING" => "WAITING_TXN",
            "WAITING_TXN" => cluster.Transactions.Any(t => t.IsOpen && t.Takes(table)) ? State : "RUNNING",
            "RUNNING" => "FINISHED",
            var over => over,
        };
    }

    public void Cancel(string message) => (State, Message) = ("CANCELLED", message);
}
