import com.starrocks.data.load.stream.StreamLoadDataFormat;
import com.starrocks.data.load.stream.StreamLoadSnapshot;
import com.starrocks.data.load.stream.properties.StreamLoadProperties;
import com.starrocks.data.load.stream.properties.StreamLoadTableProperties;
import com.starrocks.data.load.stream.v2.StreamLoadManagerV2;

/** Writes rows through StarRocks' own Stream Load SDK, at least once or exactly once. Arguments: address of a frontend, "at-least-once" or "exactly-once". */
public class StreamLoadSdk {
    public static void main(String[] args) throws Exception {
        StreamLoadTableProperties table = StreamLoadTableProperties.builder().database("analytics").table("users").enableUpsertDelete(true)
            .streamLoadDataFormat(StreamLoadDataFormat.JSON).addProperty("format", "json").addProperty("strip_outer_array", "true").build();
        StreamLoadProperties.Builder properties = StreamLoadProperties.builder().loadUrls(args[0]).username("root").password("secret").version("3.3.5")
            .labelPrefix("sdk-").defaultTableProperties(table).expectDelayTime(200).scanningFrequency(50).enableTransaction();
        boolean exactlyOnce = args[1].equals("exactly-once");
        StreamLoadManagerV2 manager = new StreamLoadManagerV2(properties.build(), !exactlyOnce);
        manager.init();
        for (int epoch = 0; epoch < 3; epoch++) {
            for (int i = 0; i < 100; i++) {
                manager.write(null, "analytics", "users", "{\"id\":" + (epoch * 50 + i) + ",\"name\":\"n" + epoch + "\",\"__op\":" + (i == 99 ? 1 : 0) + "}");
            }
            manager.flush();
            if (exactlyOnce) {
                StreamLoadSnapshot snapshot = manager.snapshot();
                if (!manager.prepare(snapshot) || !manager.commit(snapshot)) {
                    throw new IllegalStateException("not committed");
                }
            }
        }
        manager.close();
        if (manager.getException() != null) {
            throw new IllegalStateException(manager.getException());
        }
        System.out.println("done");
    }
}
