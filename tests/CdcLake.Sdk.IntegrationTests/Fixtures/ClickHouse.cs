using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>
/// ClickHouse inside the test process (libchdb): an independent reader of Parquet files and Iceberg tables. Declare tests that use it with
/// <c>[ServerFact(ClickHouse.Variable)]</c>. Calls from several tests wait for each other.
/// </summary>
internal static partial class ClickHouse
{
    /// <summary>Environment variable with the path of libchdb.so.</summary>
    public const string Variable = "CDCLAKE_TEST_CHDB";

    private const string Library = "chdb";
    private static readonly Lock Gate = new();
    private static bool _prepared;

    /// <summary>Runs one query and returns its result as TSV without header, one line a row, each ended by a line feed.</summary>
    /// <param name="sql">May read <c>file('x.parquet')</c> and <c>icebergLocal('demo/t')</c>, relative to the folder.</param>
    /// <param name="workingFolder">ClickHouse reads only below it.</param>
    /// <exception cref="InvalidOperationException">ClickHouse refused the query; the message is its own.</exception>
    public static string Query(string sql, string workingFolder)
    {
        lock (Gate)
        {
            Prepare();
            var before = Environment.CurrentDirectory;
            Environment.CurrentDirectory = workingFolder;
            try
            {
                return QueryHere(sql);
            }
            finally
            {
                Environment.CurrentDirectory = before;
            }
        }
    }

    private static unsafe string QueryHere(string sql)
    {
        var arguments = stackalloc nint[1];
        arguments[0] = Marshal.StringToCoTaskMemUTF8("clickhouse");
        var connection = Connect(1, (nint)arguments);
        Marshal.FreeCoTaskMem(arguments[0]);
        if (connection == 0)
        {
            throw new InvalidOperationException("libchdb does not connect.");
        }

        try
        {
            var result = RunQuery(*(nint*)connection, sql, "TabSeparated");
            try
            {
                if (ResultError(result) is not 0 and var error)
                {
                    var message = Marshal.PtrToStringUTF8(error);
                    DestroyResult(RunQuery(*(nint*)connection, "select 1", "Null")); // else the next result starts with leftovers of this one
                    throw new InvalidOperationException($"ClickHouse: {message}\nQuery: {sql}");
                }

                return ResultBuffer(result) is not 0 and var buffer ? Encoding.UTF8.GetString((byte*)buffer, checked((int)ResultLength(result))) : ""; // none of an INSERT
            }
            finally
            {
                DestroyResult(result);
            }
        }
        finally
        {
            Close(connection);
        }
    }

    private static void Prepare()
    {
        if (_prepared)
        {
            return;
        }

        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), static (name, assembly, path) =>
            name == Library ? NativeLibrary.Load(TestServers.Get(Variable)) : NativeLibrary.Load(name, assembly, path));
        EnableSignalHandlers(0); // ClickHouse's own would take the runtime's null references for crashes
        _prepared = true;
    }

    [LibraryImport(Library, EntryPoint = "chdb_set_signal_handlers_enabled")]
    private static partial void EnableSignalHandlers(int enabled);

    [LibraryImport(Library, EntryPoint = "chdb_connect")]
    private static partial nint Connect(int count, nint arguments);

    [LibraryImport(Library, EntryPoint = "chdb_close_conn")]
    private static partial void Close(nint connection);

    [LibraryImport(Library, EntryPoint = "chdb_query", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RunQuery(nint connection, string sql, string format);

    [LibraryImport(Library, EntryPoint = "chdb_result_buffer")]
    private static partial nint ResultBuffer(nint result);

    [LibraryImport(Library, EntryPoint = "chdb_result_length")]
    private static partial nuint ResultLength(nint result);

    [LibraryImport(Library, EntryPoint = "chdb_result_error")]
    private static partial nint ResultError(nint result);

    [LibraryImport(Library, EntryPoint = "chdb_destroy_query_result")]
    private static partial void DestroyResult(nint result);
}
